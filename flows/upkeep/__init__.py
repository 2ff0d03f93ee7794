"""What keeps an installation well: alerts, metrics, looking it over."""
