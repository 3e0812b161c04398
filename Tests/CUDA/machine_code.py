"""What ptxas says of kernels, and what their machine code holds."""

import collections
import re

SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
ENTRY = re.compile(r"Compiling entry function '(\w+)' for '(sm_\d+)'")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")
INSTRUCTION = re.compile(r"^\s*/\*([0-9a-f]{4,})\*/\s+(?:@(!?U?P\w+)\s+)?([A-Z][A-Z0-9_.]*)\s*(.*?)\s*;")

Instruction = collections.namedtuple("Instruction", "address guard opcode operands")


def resources(text):
    """{(kernel, architecture): {registers, stack, spills, shared}} from the output of `-Xptxas -v`."""
    found, key = {}, None
    for line in text.splitlines():
        if match := ENTRY.search(line):
            key = match.groups()
            found[key] = {"registers": 0, "stack": 0, "spills": 0, "shared": 0}
        elif key and (match := SPILLS.search(line)):
            stack, stores, loads = map(int, match.groups())
            # Lines of the functions that a kernel calls follow its own.
            found[key]["stack"] = max(found[key]["stack"], stack)
            found[key]["spills"] += stores + loads
        elif key and (match := USED.search(line)):
            found[key]["registers"] = int(match.group(1))
            shared = SHARED.search(line)
            found[key]["shared"] = int(shared.group(1)) if shared else 0
            key = None
    return found


def kernels(text):
    """{(function, architecture): [Instruction]} from the output of `cuobjdump -sass`."""
    found, architecture, current = {}, "", None
    for line in text.splitlines():
        if match := re.search(r"code for (sm_\d+)", line):
            architecture = match.group(1)
        elif match := re.search(r"Function : (\S+)", line):
            current = found.setdefault((match.group(1), architecture), [])
        elif current is not None and (match := INSTRUCTION.match(line)):
            current.append(Instruction(int(match.group(1), 16), *match.groups()[1:]))
    return found


def count(instructions, pattern):
    """How many opcodes match."""
    expression = re.compile(pattern)
    return sum(1 for one in instructions if expression.match(one.opcode))


def summary(instructions):
    """The numbers that rules and the golden table are about."""
    return {
        "instructions": len(instructions),
        "loads": count(instructions, r"LDG\b"),
        "wide_loads": count(instructions, r"LDG\.E\.128"),
        "wide_stores": count(instructions, r"STG\.E\.128"),
        "local": count(instructions, r"(LDL|STL)\b"),
        "double": count(instructions, r"(DADD|DMUL|DFMA|DSETP)\b|F2F\.F64|F2F\.F32\.F64"),
        "flush": count(instructions, r"(FADD|FMUL|FFMA)\.FTZ"),
        "special": count(instructions, r"MUFU\.(RSQ|LG2|EX2|RCP|SQRT)"),
        "barriers": count(instructions, r"BAR\.SYNC"),
        "atomics": count(instructions, r"(ATOM|ATOMG|ATOMS|RED)\b"),
        "calls": count(instructions, r"CALL\b"),
    }
