"""What this console is, under which terms its parts are used, and what whoever helps is given."""
