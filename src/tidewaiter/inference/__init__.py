"""Statistics without a subject: elicited points to distributions, and the sampler that conditions them on evidence."""

from tidewaiter.inference.laws import Law, law, share_law
from tidewaiter.inference.smc import Cloud, tempered

__all__ = ["Cloud", "Law", "law", "share_law", "tempered"]
