"""The review app: shows what the store holds, decides nothing."""
