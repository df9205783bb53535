"""A small fictional case on disk that runs in a moment, one file for each reader."""

CASE = """\
[case]
id = "amber"
title = "The Amber shuttle"
question = "How many containers went from Amber Quay to Port Cobalt?"
window = { from = "2031-03", to = "2031-04" }
seed = 3
draws = 120
limits = ["Contents are inferred, not seen."]

[[places]]
id = "amber"
name = "Amber Quay"
aliases = ["Янтарь"]
lat = 10.5
lon = 120.25
radius_km = 3
source = "fictional"

[[places]]
id = "cobalt"
name = "Port Cobalt"
lat = 12.75
lon = 122.0
source = "fictional"

[[vessels]]
id = "heron"
name = "Grey Heron"
mmsi = "299999999"
source = "fictional"

[[vessels]]
id = "tern"
name = "Arctic Tern"
source = "fictional"

[[legs]]
origin = "amber"
destination = "cobalt"
travel_days = { p5 = 0.4, p50 = 0.7, p95 = 1.5, source = "fictional" }
source = "fictional"

[[items]]
id = "crate"
name = "crates"
unit = "crate"
kg_per_unit = 50
source = "fictional"

[[scenarios]]
id = "documents"
label = "As in the documents"
item = "crate"
per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "fictional" }
source = "fictional"

[[scenarios]]
id = "all_small"
label = "All small"
item = "crate"
per_unit = [380, 420, 460]
condition = "if all were small"
claimants = ["Ministry"]
source = "fictional"
"""
READERS = ("looks", "sightings", "surveys", "calls", "loads", "claims", "positions")
FILES = {
    "looks": """\
look_id,place,start,state
L1,Amber Quay,2031-03-04T02:00Z,clear
L2,Янтарь,2031-03-08T02:00Z,clear
L3,Amber Quay,2031-03-16T02:00Z,obscured
L4,Amber Quay,2031-04-02T02:00Z,clear
L5,Amber Quay,2031-04-20T02:00Z,clear
""",
    "sightings": """\
sighting_id,look_id,place,start,vessels
S1,L1,Amber Quay,2031-03-04T02:00Z,Grey Heron
S2,L4,Amber Quay,2031-04-02T02:00Z,Grey Heron:0.5; Arctic Tern:0.5
S3,,Port Cobalt,2031-04-10,Arctic Tern
""",
    "surveys": """\
survey_id,place,from,to,days_imaged,days_obscured,calls,bound,by
watch,Amber Quay,2031-03,2031-04,40,5,7,at_least,Watch
gazette,Amber Quay,2031-03,2031-04,,,9,about,Gazette
""",
    "calls": """\
call_id,place,vessels,arrival_earliest,arrival_latest,departure_earliest,departure_latest
K1,Amber Quay,Grey Heron,2031-03-24,2031-03-25,2031-03-26,2031-03-27
""",
    "loads": """\
load_id,place,start,vessels,low,high,unit,kind,voyages,channel
W1,Amber Quay,2031-03-04,Grey Heron,200,240,container,count,,loaded
W2,Amber Quay,2031-04,,1000,,container,total,4,loaded
W3,Amber Quay,2031-04,,9000,,container,count,,unloaded
""",
    "claims": """\
claim_id,category,claimant,claimant_type,stated,from,to,quantity,low,bound,item,condition,derived_from,derivation,concerns,text
C1,delivery,Ministry,government,2031-05-01,2031-03,2031-04,container,1500,over,,,,,,
C2,delivery,Ministry,government,2031-05-01,2031-03,2031-04,crate,630000,up_to,crates,if all were small,C1,arithmetic,,
C3,denial,Operator,company,2031-05-03,,,,,,,,,,C1,denies it
""",
    "positions": """\
vessel_key,t,lat,lon
299999999,2031-03-18T05:00:00Z,11.6,121.1
299999999,2031-03-19T09:00:00Z,12.75,122.0
""",
}


def write_case(root, *, inputs=READERS, more=""):
    """Write the case into a folder; `more` is added to case.toml."""
    (root / "inputs").mkdir(parents=True)
    entries = "".join(f'\n[[inputs]]\nglob = "inputs/{name}.csv"\nreader = "{name}"\n' for name in inputs)
    (root / "case.toml").write_text(CASE + entries + more, encoding="utf-8")
    for name in inputs:
        (root / "inputs" / f"{name}.csv").write_text(FILES[name], encoding="utf-8")
    return root


def contents(folder):
    """Bytes of every file below a folder, by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
