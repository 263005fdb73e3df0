#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Kernel configurations, and the initramfs a kernel unpacks.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every option that is not as asked is listed, off ones too; the last fragment decides" {
	py <<'EOF'
from harness import kconfig

asked = kconfig.merged(
    [
        "# a comment\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_C=n\nCONFIG_D=y\n",
        '# CONFIG_D is not set\nCONFIG_A=m\nCONFIG_S="a b"\nCONFIG_N=8\n',
    ]
)
assert asked == {
    "CONFIG_A": "m",
    "CONFIG_B": "m",
    "CONFIG_C": "n",
    "CONFIG_D": "n",
    "CONFIG_S": '"a b"',
    "CONFIG_N": "8",
}, asked
good = 'CONFIG_A=m\nCONFIG_B=m\nCONFIG_E=y\nCONFIG_S="a b"\nCONFIG_N=8\n'
assert kconfig.lost(asked, kconfig.parse(good)) == []
assert kconfig.lost(asked, kconfig.parse(good + "# CONFIG_C is not set\n")) == []
bad = '# CONFIG_A is not set\nCONFIG_C=m\nCONFIG_D=y\nCONFIG_S="a"\nCONFIG_N=64\n'
said = "was asked for, the kernel's answer is"
assert kconfig.lost(asked, kconfig.parse(bad)) == [
    f"CONFIG_A=m {said} n",
    f"CONFIG_B=m {said} n",
    f"CONFIG_C=n {said} m",
    f"CONFIG_D=n {said} y",
    f"CONFIG_N=8 {said} 64",
    f'CONFIG_S="a b" {said} "a"',
]
EOF
}

@test "two configurations differ where a symbol's value does, unset and absent being one" {
	py <<'EOF'
from harness import kconfig

one = kconfig.parse("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=m\nCONFIG_D=y\n")
other = kconfig.parse("CONFIG_A=y\nCONFIG_C=y\nCONFIG_E=1\n")
assert kconfig.difference(one, other) == [
    "CONFIG_C: m -> y",
    "CONFIG_D: y -> n",
    "CONFIG_E: n -> 1",
]
assert kconfig.difference(one, one) == []
EOF
}

@test "the designs ask for kernels that differ in Xen alone" {
	py <<'EOF'
from harness import designs, kconfig, paths

def asked(name):
    folder = paths.repo().kconfigs
    names = designs.DESIGNS[name].fragments
    return kconfig.merged([(folder / f"{one}.config").read_text() for one in names])

plain, iommu = asked("plain"), asked("iommu")
assert asked("hook") == iommu and iommu["CONFIG_XEN_DOM0"] == "y"
assert plain["CONFIG_XEN"] == "n"
differ = kconfig.difference(plain, iommu)
assert differ and all("XEN" in line.split(":")[0] for line in differ), differ
EOF
}

@test "cpio unpacks the initramfs as it was packed, and the same content is the same bytes" {
	py <<'EOF'
import os, stat, subprocess
from pathlib import Path
from harness import archive

tmp = Path(os.environ["TMP"])
files = {"init": b"\x7fELF" + bytes(range(256)), "lib/bouncemark/a.ko": b"a" * 4097}
files |= {f"odd/{size}": b"x" * size for size in range(6)}
packed = archive.newc(files, frozenset({"init"}))
turned = dict(reversed(files.items()))
assert archive.newc(turned, frozenset({"init"})) == packed
assert archive.newc(files) != packed
words = ["cpio", "--quiet", "-i", "-d"]
subprocess.run(words, input=packed, cwd=tmp, check=True)
found = {str(path.relative_to(tmp)): path for path in tmp.rglob("*")}
found.pop("script.py")
folders = {"lib", "lib/bouncemark", "odd"}
assert set(found) == {*files, *folders}, set(found)
for name, path in found.items():
    mode = stat.S_IMODE(path.stat().st_mode)
    if name in folders:
        assert path.is_dir() and mode == 0o755, (name, oct(mode))
    else:
        assert path.read_bytes() == files[name], name
        assert mode == (0o755 if name == "init" else 0o644), (name, oct(mode))
EOF
}
