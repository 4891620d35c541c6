"""The system calls that the sandbox refuses, as a filter for the kernel."""

import errno
import os
import tempfile

REFUSED = """
    unshare setns mount umount2 pivot_root chroot mount_setattr fsopen fsconfig fsmount
    fspick open_tree move_mount ptrace process_vm_readv process_vm_writev kcmp
    pidfd_getfd keyctl add_key request_key bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register init_module finit_module
    delete_module kexec_load kexec_file_load reboot swapon swapoff quotactl acct
    settimeofday clock_settime adjtimex syslog name_to_handle_at open_by_handle_at
    mq_open shmget semget msgget memfd_create memfd_secret
""".split()
NEW_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000)
NEW_NAMESPACES += (0x40000000, 0x80)
AF_UNIX = 1
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
SHARED_ANONYMOUS = 0x21  # MAP_SHARED, MAP_ANONYMOUS


def write_filter():
    """Compile the filter.

    Returns:
        Bytes of a BPF program for this machine's kind of processor.

    Raises:
        ImportError: if pyseccomp or libseccomp is not installed.
    """
    from pyseccomp import ALLOW, EQ, ERRNO, MASKED_EQ, NE, Arg, SyscallFilter

    refuse = ERRNO(errno.EPERM)
    rules = SyscallFilter(ALLOW)
    for name in REFUSED:
        _add(rules, refuse, name)
    for flag in NEW_NAMESPACES:
        _add(rules, refuse, "clone", Arg(0, MASKED_EQ, flag, flag))
    # Its flags lie in memory, where a filter cannot look: C libraries then take clone.
    _add(rules, ERRNO(errno.ENOSYS), "clone3")
    _add(rules, refuse, "socket", Arg(0, NE, AF_UNIX))
    # Memory that belongs to no process would be missing from what is counted.
    _add(rules, refuse, "mmap", Arg(3, MASKED_EQ, SHARED_ANONYMOUS, SHARED_ANONYMOUS))
    for command in (TIOCSTI, TIOCLINUX):
        _add(rules, refuse, "ioctl", Arg(1, EQ, command))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(rules, action, name, *arguments):
    try:
        rules.add_rule(action, name, *arguments)
    except (ValueError, OSError) as error:
        # A call that this processor or an old library does not have.
        if isinstance(error, OSError) and error.errno not in (errno.EINVAL, errno.EDOM):
            raise


def open_filter(program):
    """Open a filter for one process to read.

    Args:
        program: bytes, see `write_filter`.

    Returns:
        A file descriptor, to be closed by the caller.
    """
    descriptor = os.memfd_create("filter")
    os.write(descriptor, program)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
