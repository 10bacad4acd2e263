"""Files made to harm whoever reads them, the same bytes every time; one class a function."""
