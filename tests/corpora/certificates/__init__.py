"""Two hundred ship certificates with the truth about them, made by our own code: ships and offices are invented.

Layouts in `known` may be looked at by whoever writes rules that read certificates. Those in `apart` are held out:
it says in `apart/__init__.py` how they were chosen.
"""

from tests.corpora.certificates.making import SEED, Certificate, certificate, certificates
from tests.corpora.certificates.truth import CODES, Place, Truth

__all__ = ["CODES", "SEED", "Certificate", "Place", "Truth", "certificate", "certificates"]
