"""The process that weighs one password: it comes with its words on standard input, the score goes out."""

import json
import sys

from zxcvbn import zxcvbn

if __name__ == "__main__":
    password, words = json.load(sys.stdin)
    sys.stdout.write(str(zxcvbn(password, user_inputs=words)["score"]))
