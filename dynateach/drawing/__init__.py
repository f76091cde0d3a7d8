"""The one visual language: what a colour, a mark and a caption mean in every picture of the workbook."""
