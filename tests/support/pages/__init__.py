"""The pages as people find their way in them: by role, name and word."""
