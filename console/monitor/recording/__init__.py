"""The recorder of statements: in fixed memory, with what each cost."""
