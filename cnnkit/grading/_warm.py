"""The warm process: imports what notebooks need, then forks for each into a sandbox.

It runs in bubblewrap's sandbox as root, with rights over nothing but namespaces. A fork
gives all of them up before it reads a first word of a notebook: processes, network and
folders of its own, a user of its own, no rights and no way to new ones.
"""

import ctypes
import importlib
import json
import os
import signal
import socket
import struct
import sys

NEW_NAMESPACES = 0x20000 | 0x4000000 | 0x8000000 | 0x20000000 | 0x40000000
PRIVATE = 0x4000 | 0x40000  # MS_REC, MS_PRIVATE
PLAIN = 0x2 | 0x4  # MS_NOSUID, MS_NODEV
CAPABILITIES = 64
CAPABILITY_VERSION = 0x20080522
SET_DUMPABLE, SET_SECCOMP, DROP_CAPABILITY, NO_NEW_PRIVILEGES = 4, 22, 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def main():
    """Serve until the grader is gone."""
    options = json.loads(sys.argv[1])
    sys.path[:0] = options["path"]
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    for name in options["preload"]:
        importlib.import_module(name)
    control.send(b"ready")
    while True:
        message, pipes, *_ = socket.recv_fds(control, 1 << 20, 2)
        if not message:
            return
        child = os.fork()
        if child == 0:
            _enter(control, pipes, json.loads(message), options)
        for pipe in pipes:
            os.close(pipe)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            control.send(b"failed")


def _enter(control, pipes, message, options):
    """Enter namespaces of its own; the next process is the first one in them."""
    try:
        _need(libc.unshare(NEW_NAMESPACES))
        ready, tell = os.pipe()
        first = os.fork()
        if first == 0:
            _first(pipes, message, options, tell)
        os.close(tell)
        # Who takes over is in its place before the grader hears of it.
        if os.read(ready, 1) != b"1":
            os._exit(1)
        socket.send_fds(control, [b"forked"], [os.pidfd_open(first)])
        os._exit(0)
    except BaseException:  # noqa: B036  nothing of this process may go on
        os._exit(1)


def _first(pipes, message, options, tell):
    """Mount what is its own, start the worker, and wait for its end."""
    try:
        _mount(None, "/", None, PRIVATE, None)
        _mount("proc", "/proc", "proc", PLAIN | 0x8, None)
        size = f"size={message['size']},mode=1777"
        for folder in ("/tmp", "/dev/shm"):
            _mount("tmpfs", folder, "tmpfs", PLAIN, size)
        worker = os.fork()
        if worker == 0:
            _work(pipes, message, options, tell)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 3)
        os.closerange(4, 1024)
        while os.wait()[0] != worker:
            pass
    finally:
        os._exit(0)


def _work(pipes, message, options, tell):
    """Give up all rights, and become the worker."""
    try:
        os.setsid()
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
        for capability in range(CAPABILITIES):
            libc.prctl(DROP_CAPABILITY, capability, 0, 0, 0)
        user = message["user"]
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        _need(libc.capset(struct.pack("Ii", CAPABILITY_VERSION, 0), bytes(24)))
        _need(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _need(libc.prctl(SET_DUMPABLE, 1, 0, 0, 0))
        _refuse(bytes.fromhex(message["filter"]))
        os.write(tell, b"1")
        os.closerange(3, 1024)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import _worker

        sys.argv = ["_worker.py"]
        _worker.serve(options)
    finally:
        os._exit(0)


def _refuse(program):
    """Put the filter of system calls in force."""
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    held = ctypes.create_string_buffer(header, len(header))
    _need(libc.prctl(SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(held)), 0, 0))


def _mount(source, target, kind, flags, options):
    words = (x and x.encode() for x in (source, target, kind))
    _need(libc.mount(*words, ctypes.c_ulong(flags), options and options.encode()))


def _need(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main()
