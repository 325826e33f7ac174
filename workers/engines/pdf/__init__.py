"""Reading, rendering and cutting PDF and image files with MuPDF; child-side code."""
