"""Runs a command on a pseudo-terminal of its own, driven by JSON lines.

In:  {"write": text} types; {"size": [rows, columns]} resizes; {"signal": name} signals the command; {"modes": true} asks.
Out: {"out": text} what the terminal shows; {"modes": {"echo": bool, "lines": bool, "newlines": bool}}; {"exit": code, "modes": {...}}.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios


def modes(fd):
    _, output, _, local, *_ = termios.tcgetattr(fd)
    return {
        "echo": bool(local & termios.ECHO),
        "lines": bool(local & termios.ICANON),
        "newlines": bool(output & termios.OPOST),
    }


def say(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def obey(order, child, terminal):
    if "write" in order:
        os.write(terminal, order["write"].encode())
    if "size" in order:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *order["size"], 0, 0))
    if "signal" in order:
        os.kill(child, getattr(signal, order["signal"]))
    if "modes" in order:
        say(modes=modes(terminal))


terminal, far_end = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(far_end, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(far_end, fd)
    os.close(terminal)
    os.execvp(sys.argv[1], sys.argv[1:])

# The far end stays open here: its modes can be read after the command has gone.
orders, unread = sys.stdin.fileno(), b""
while True:
    ready, _, _ = select.select([terminal, orders], [], [], 0.05)
    if terminal in ready:
        say(out=os.read(terminal, 65536).decode(errors="replace"))
        continue
    if orders in ready:
        text = os.read(orders, 65536)
        if not text:
            os.kill(child, signal.SIGKILL)
            break
        *lines, unread = (unread + text).split(b"\n")
        for line in lines:
            obey(json.loads(line), child, terminal)
        continue
    gone, status = os.waitpid(child, os.WNOHANG)
    if gone:
        say(exit=os.waitstatus_to_exitcode(status), modes=modes(terminal))
        break
