"""Engines that are not on this machine: what they were asked for goes on there, whoever stops waiting for it."""

REMOTE_ENGINES = {
    "documentai": "Google Document AI",
    "gemini": "Google Gemini",
    "drive": "Google Drive",
    "sheets": "Google Sheets",
    "object_storage": "Object storage",
}
"""What people call them, by code."""
