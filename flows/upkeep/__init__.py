"""What keeps an installation well."""
