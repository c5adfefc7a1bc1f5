"""The server at work: its sessions, locks and figures, its statements and their plans."""
