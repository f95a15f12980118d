"""A Debian machine that is thrown away: this one's file system, with all writes in memory.

In namespaces of its own, so that its mounts, processes and ports are nobody else's, and all
of it ends with the process that holds them.
"""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

SUBSTITUTES = Path(__file__).parent / "substitutes"
PATIENCE_SECONDS = 900

# Run as the first process of the namespaces; prints its number as it is seen from outside,
# and ends when nobody holds its input any more.
_PREPARE = r"""
read -r outside _ </proc/self/stat
place=$1 source=$2
mount --make-rprivate /
mount -t tmpfs -o mode=755 scratch "$place"
mkdir "$place"/{upper,work,root}
root=$place/root
mount -t overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" scratch "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
for folder in run tmp var/lib/mysql var/lib/redis; do
  mkdir -p "$root/$folder"
  mount -t tmpfs -o mode=1777 scratch "$root/$folder"
done
chmod 755 "$root/run" "$root/var/lib/mysql" "$root/var/lib/redis"
mkdir -p "$root/srv/source"
mount --bind "$source" "$root/srv/source"
rm -f "$root/etc/resolv.conf"
cat /etc/resolv.conf >"$root/etc/resolv.conf"
# What the DNS would say, and nobody starts services at their installation.
echo '127.0.0.1 localhost shop.example' >"$root/etc/hosts"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
printf '[safe]\ndirectory = *\n' >"$root/etc/gitconfig"
ip link set lo up
echo "$outside"
exec cat
"""


def as_root() -> list[str]:
    """What a command of root's begins with."""
    return [] if os.geteuid() == 0 else ["sudo", "--preserve-env"]


class Scratch:
    """The machine. `source` is seen there as `/srv/source`."""

    def __init__(self, folder: Path, source: Path) -> None:
        folder.mkdir()
        self._root = folder / "root"
        self._holder = subprocess.Popen(  # noqa: S603  (our own command)
            [*as_root(), "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
             "bash", "-euc", _PREPARE, "bash", str(folder), str(source)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._holder.stdout is not None
        self._pid = self._holder.stdout.readline().strip()
        assert self._pid, "No namespaces can be made here."

    def end(self) -> None:
        """End its processes, and with them its mounts."""
        self._holder.communicate()

    def command(self, script: str, *, is_online: bool = False) -> list[str]:
        """A script of root's as a command of this machine's.

        Online it reaches the network, and not the machine's own ports.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if re.match("PIP_|(HTTPS?|NO)_PROXY$", name, re.IGNORECASE)
        }
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        kept |= {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8"}
        namespaces = ["--mount", "--pid", *([] if is_online else ["--net"])]
        return [
            *as_root(), "nsenter", "--target", self._pid, *namespaces,
            "/usr/sbin/chroot", str(self._root), "/usr/bin/env", "--ignore-environment",
            *(f"{name}={value}" for name, value in kept.items()),
            "/bin/bash", "-euo", "pipefail", "-c", script,
        ]  # fmt: skip

    def run(self, script: str, *, is_online: bool = False) -> str:
        """Run it to its end; answers what it printed, and fails the test where it fails."""
        done = subprocess.run(  # noqa: S603
            self.command(script, is_online=is_online), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout

    def run_at_terminal(self, script: str, prompt: str, answers: list[str]) -> str:
        """Run it as somebody who waits for the prompt and types an answer each time."""
        typed = f"exec script --quiet --return --command {shlex.quote(script)} /dev/null"
        told = b""
        with subprocess.Popen(  # noqa: S603
            self.command(typed), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for number, answer in enumerate(answers, start=1):
                while told.count(prompt.encode()) < number:
                    byte = process.stdout.read(1)
                    assert byte, told.decode()
                    told += byte
                process.stdin.write(f"{answer}\n".encode())
                process.stdin.flush()
            told += process.stdout.read()
        assert process.returncode == 0, told.decode()
        return told.decode()

    def install(self, source: Path, path: str) -> None:
        """Put a file there that can be started."""
        self.write(path, source.read_text())
        self.run(f"chmod 755 {path}")

    def write(self, path: str, text: str) -> None:
        """Have a file there with this content."""
        subprocess.run(  # noqa: S603
            self.command(f"cat >{path}"), input=text, text=True, check=True
        )


def copy_of_the_repository(top: Path, folder: Path) -> None:
    """Make a repository of the files as they are now, committed or not."""
    git = shutil.which("git")
    assert git
    listed = subprocess.run(  # noqa: S603
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=top, stdout=subprocess.PIPE, check=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (top / name).is_file():
            shutil.copy(top / name, target)
    commit_all(folder, "As it is.", is_new=True)


def commit_all(folder: Path, subject: str, *, is_new: bool = False) -> None:
    """Commit every file of a repository."""
    who = ("-c", "user.name=Shop", "-c", "user.email=shop@localhost")
    for arguments in [
        *([("init", "--quiet", "--initial-branch", "main")] if is_new else []),
        ("add", "--all", "--force"),
        (*who, "commit", "--quiet", "--message", subject),
    ]:
        subprocess.run(["git", *arguments], cwd=folder, check=True)  # noqa: S603, S607
