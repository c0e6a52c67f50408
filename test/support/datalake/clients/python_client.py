"""The double through Microsoft's SDK for Python: prints one line for each thing tried, `name: outcome`.

Arguments: host name of the dfs endpoint, account, key, address of the proxy, and for https the file with the authority.
"""

import sys
from datetime import datetime, timedelta, timezone

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.storage.filedatalake import (
    DataLakeServiceClient,
    FileSystemSasPermissions,
    generate_file_system_sas,
)

HOST, ACCOUNT, KEY, PROXY = sys.argv[1:5]
AUTHORITY = sys.argv[5] if len(sys.argv) > 5 else None
SCHEME = "http" if AUTHORITY is None else "https"


def service(credential):
    verify = {} if AUTHORITY is None else {"connection_verify": AUTHORITY}
    return DataLakeServiceClient(
        f"{SCHEME}://{HOST}", credential=credential, proxies={SCHEME: PROXY}, retry_total=0, **verify
    )


def outcome(name, call):
    try:
        value = call()
    except AzureError as error:
        code = getattr(error, "error_code", None)
        value = f"{getattr(error, 'status_code', '?')} {getattr(code, 'value', code)}"
    print(f"{name}: {value}")


def publish(filesystem, name, text):
    """Upload beside, then rename if absent: how a whole object appears at once."""
    file = filesystem.get_file_client(f"tmp/{name}")
    file.upload_data(text, overwrite=True)
    file.rename_file(f"{filesystem.file_system_name}/final/x", match_condition=MatchConditions.IfMissing)
    return "published"


def main():
    filesystem = service(KEY).get_file_system_client("python")
    outcome("create filesystem", lambda: filesystem.create_file_system() and "created")
    outcome("create filesystem again", filesystem.create_file_system)
    filesystem.create_directory("final")
    file = filesystem.create_file("a/b/ä c.txt", metadata={"batch": "7"})
    file.append_data(b"hello ", 0, 6)
    file.append_data(b"world", 6, 5)
    outcome("size before flush", lambda: file.get_file_properties().size)
    outcome("flush too far", lambda: file.flush_data(12))
    file.flush_data(11)
    outcome("read", lambda: file.download_file().readall().decode())
    outcome("read range", lambda: file.download_file(offset=6, length=3).readall().decode())
    outcome("metadata", lambda: file.get_file_properties().metadata)
    outcome("publish", lambda: publish(filesystem, "one", b"first"))
    outcome("publish again", lambda: publish(filesystem, "two", b"second"))
    outcome("published", lambda: filesystem.get_file_client("final/x").download_file().readall().decode())
    old = file.get_file_properties().etag
    file.append_data(b"!", 11, 1)
    file.flush_data(12)
    outcome(
        "stale etag",
        lambda: file.delete_file(etag=old, match_condition=MatchConditions.IfNotModified),
    )
    lease = file.acquire_lease(lease_duration=15)
    outcome("append without the lease", lambda: file.append_data(b"x", 12, 1))
    outcome("append with the lease", lambda: "ok" if file.append_data(b"x", 12, 1, lease=lease) is not None else "none")
    lease.break_lease(lease_break_period=0)
    outcome("append after the break", lambda: file.append_data(b"x", 12, 1, lease=lease))
    outcome("list", lambda: [(path.name, path.is_directory, path.content_length) for path in filesystem.get_paths()])
    outcome("pages", lambda: [len(list(page)) for page in filesystem.get_paths(max_results=2).by_page()])
    outcome("access", lambda: file.get_access_control()["permissions"])
    outcome("missing", lambda: filesystem.get_file_client("nothing").get_file_properties())
    token = generate_file_system_sas(
        ACCOUNT,
        "python",
        KEY,
        FileSystemSasPermissions(read=True, list=True),
        datetime.now(timezone.utc) + timedelta(hours=1),
    )
    limited = service(token).get_file_system_client("python")
    outcome("read by signature", lambda: limited.get_file_client("final/x").download_file().readall().decode())
    outcome("write by signature", lambda: limited.create_file("no"))
    outcome("wrong key", lambda: service("b3RoZXI=").get_file_system_client("python").create_file("no"))
    outcome("delete directory", lambda: filesystem.delete_directory("a") and "deleted")
    outcome("deleted", lambda: file.exists())


main()
