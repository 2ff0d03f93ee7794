from tests.promises.children import processes
from tests.promises.servers import database, stop_server

# Fixtures, and processes, which must be set up before a test starts one.
__all__ = ["database", "processes", "stop_server"]
