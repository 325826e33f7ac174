"""Certificates by patterns: labels in English and Vietnamese, and what stands beside them."""
