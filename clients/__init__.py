"""How each client connects, with a file to open where it has one; `python -m clients.check` tries them all."""
