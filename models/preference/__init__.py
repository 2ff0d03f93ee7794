"""What reviewers' answers say of the weights, which pair to ask next, and what to rely on."""
