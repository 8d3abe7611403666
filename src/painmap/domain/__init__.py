"""What a visit is: plain immutable values and the edits that make a new one of them."""
