"""Types lines into an interactive Bash, each followed by TAB, and prints what readline then has.

Arguments: the script that registers the completion, and the lines. Prints a JSON list of lines.
"""

import json
import os
import pty
import select
import sys
import time

registration, *lines = sys.argv[1:]
LINE_FILE = "line"
SECONDS = 30


def read_until(fd, is_done):
    """Reads what the shell prints until `is_done`; fails after a time."""
    end = time.monotonic() + SECONDS
    while not is_done():
        if time.monotonic() > end:
            sys.exit("the shell does not answer")
        if select.select([fd], [], [], 0.02)[0]:
            os.read(fd, 65536)


pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="$ ", HISTFILE="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])


def send(text):
    os.write(fd, text.encode())


send(f"source '{registration}'; bind 'set bell-style none'; ")
# Control-G writes the line, as readline has it, to a file, which appears complete.
send(f"""bind -x '"\\C-g": printf %s "$READLINE_LINE" >{LINE_FILE}.part; mv {LINE_FILE}.part {LINE_FILE}'; """)
send("echo ready >ready\n")
read_until(fd, lambda: os.path.exists("ready"))
answers = []
for line in lines:
    send(line + "\t\x07")
    read_until(fd, lambda: os.path.exists(LINE_FILE))
    with open(LINE_FILE, encoding="utf-8") as file:
        answers.append(file.read())
    os.remove(LINE_FILE)
    # Control-U, once the cursor is at the end.
    send("\x05\x15")
send("exit\n")
os.close(fd)
print(json.dumps(answers))
