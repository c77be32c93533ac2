"""How the command line is put together: the table of commands, the typer app, and their stand-ins."""
