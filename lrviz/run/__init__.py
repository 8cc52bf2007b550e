"""What driving gives, and the sentence that says it."""
