"""Tables of records in files that people send: CSV, XLSX and JSON, read in a child."""
