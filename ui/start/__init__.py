"""From the command to the open window: start page, sign-in, session, crash and log."""
