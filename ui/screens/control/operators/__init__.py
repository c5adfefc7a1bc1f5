"""Operators: who may sign in, with which rights, and what an administrator does about them."""
