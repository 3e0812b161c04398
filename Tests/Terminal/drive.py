"""Plays a session at a pseudo-terminal: drive.py SCRIPT PROGRAM [ARGUMENT…]

Lines of the script (escapes as in Python: \\t is Tab, \\x03 Ctrl-C, \\x04 Ctrl-D, \\x1b[A the arrow up):
    > text      types the text and Enter
    ~ text      types the text alone
    = text      waits until the terminal shows the text, behind what earlier lines have waited for
    ! text      the terminal shows no such text since the last line that waited
    resize C R  changes the size of the terminal
    pause S     waits so many seconds
    end N       waits until the program has ended, with status N
Prints nothing where all comes as it should, else what was missing and what the terminal showed; exit status 1 then.
"""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = float(os.environ.get("DRIVE_LIMIT", "30"))


class Session:
    def __init__(self, command):
        self.shown = ""
        self.seen = 0
        self.before = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            # As a shell starts programs: whoever runs this may block signals or ignore them.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execv(command[0], command)
        self.resize(100, 30)

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            return False
        self.shown += self.decoder.decode(data)
        return bool(data)

    def wait(self, text):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            place = self.shown.find(text, self.seen)
            if place >= 0:
                self.before, self.seen = self.seen, place + len(text)
                return True
            if not self.read(0.5):
                return self.shown.find(text, self.seen) >= 0
        return False

    def ended(self):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            done, status = os.waitpid(self.process, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            self.read(0.05)
        return None


def play(session, script):
    for number, line in enumerate(script.split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        text = rest.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\" in rest else rest
        if word == ">":
            session.type(text + "\r")
        elif word == "~":
            session.type(text)
        elif word == "=":
            if not session.wait(text):
                return f"line {number}: the terminal never shows {text!r}"
        elif word == "!":
            session.read(0.2)
            if text in session.shown[session.before :]:
                return f"line {number}: the terminal shows {text!r}"
        elif word == "resize":
            session.resize(*map(int, rest.split()))
        elif word == "pause":
            time.sleep(float(rest))
        elif word == "end":
            status = session.ended()
            if status != int(rest):
                return f"line {number}: the exit status is {status}, not {rest}"
        else:
            return f"line {number}: what is {word!r}?"
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        script = file.read()
    session = Session(sys.argv[2:])
    problem = play(session, script)
    if problem:
        print(problem)
        print(session.shown)
        os.kill(session.process, signal.SIGKILL)
        sys.exit(1)


main()
