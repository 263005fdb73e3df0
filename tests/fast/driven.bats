#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Devices that workloads drive: their files, and the workloads that are made of them.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every device of the project can be read, and has what its kind needs" {
	py <<'EOF'
from harness import driven, paths

devices = driven.load_all(paths.repo().devices)
assert {"nvme", "ahci", "mptsas1068", "megasas", "pvscsi", "lsi53c895a"} <= set(devices)
assert {"virtio-blk", "e1000", "e1000e", "vmxnet3", "virtio-net"} <= set(devices)
for name, device in devices.items():
    assert bool(device.disk) == bool(device.path) == (device.kind == "block"), name
    assert bool(device.nic) == (device.kind == "network"), name
    # Natively virtio would go past the DMA API.
    if name.startswith("virtio"):
        assert "iommu_platform=on" in device.disk + device.nic, name
EOF
}

@test "what is wrong with a device's file is said in one sentence" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import driven
from harness.errors import UsageError

good = {
    "description": '"a disk"', "kind": '"block"', "pci": '"1b36:0010"',
    "driver": '"nvme"', "disk": '"nvme,serial=x"', "path": '"/dev/nvme0n1"',
}
path = Path(os.environ["TMP"]) / "disk.toml"

def said(**changes):
    members = {k: v for k, v in {**good, **changes}.items() if v is not None}
    path.write_text("".join(f"{k} = {v}\n" for k, v in members.items()))
    return trees.refusal(UsageError, driven.load, path)

path.write_text("".join(f"{k} = {v}\n" for k, v in good.items()))
assert driven.load(path).name == "disk"
for changes, words in (
    ({"kind": '"tape"'}, "kind"),
    ({"pci": '"1b36"'}, "pci"),
    ({"path": None}, "path"),
    ({"disk": '"nvme serial"'}, "disk"),
    ({"nic": '"e1000"'}, "nic"),
    ({"speed": "3"}, "speed"),
    ({"console": '["["]'}, "console[0]: '[' is no regular expression"),
):
    sentence = said(**changes)
    assert str(path) in sentence and words in sentence and "\n" not in sentence, sentence
EOF
}

@test "a workload that drives devices is one for each, and binds it first" {
	py <<'EOF'
import os
from pathlib import Path
import boots, workloads
from harness import plan, workload
from harness.qemu import Disk, Nic

STEPS = """\
[[step]]
kind = "fio"
name = "given"
job = "plain.fio"
device = "/dev/other"
[[step]]
kind = "fio"
name = "own"
job = "plain.fio"
perf = 1
mkfs = "xfs"
"""
folder = Path(os.environ["TMP"])
workloads.driving(
    folder, '["nvme", "mptsas1068", "e1000"]\ndisk_mib = 64', STEPS,
    ("low_mib = 1024", "low_mib = 1024\nvcpus = 2"),
)
found = workload.load_all(folder)
assert list(found) == ["io-nvme", "io-mptsas1068", "io-e1000"]
nvme, sas, net = found.values()
assert nvme.machines[0].disks == (Disk("nvme,serial=bouncemark", 64),)
assert nvme.machines[0].devices == () and nvme.machines[0].vcpus == 2
assert sas.machines[0].devices == ("mptsas1068,id=controller",)
assert net.machines[0].nics == (Nic("e1000"),) and not net.machines[0].disks
assert nvme.tools == ("fio", "mkfs.xfs", "perf") and nvme.waits
assert len({one.sha for one in found.values()}) == 3
for one, device in ((nvme, "/dev/nvme0n1"), (sas, "/dev/sda")):
    bind, given, own = one.steps
    assert bind.kind == "bind" and bind.parameters["driver"] == one.driven.driver
    assert given.parameters["device"] == "/dev/other"
    assert own.parameters["device"] == device
profile = boots.profile("native-plain", workloads=("io-nvme",))
(cell,) = plan.cells(profile, found, boots.KERNELS)
assert cell.spec.parameters["driven"] == "nvme" and cell.spec.parameters["vcpus"] == 2
assert "step bind bind pci=1b36:0010 driver=nvme" in plan.job(cell).splitlines()
EOF
}

@test "a device that nobody knows is refused, with those that there are" {
	py <<'EOF'
import os
from pathlib import Path
import trees, workloads
from harness import workload
from harness.errors import UsageError

folder = Path(os.environ["TMP"])
workloads.driving(folder, '["floppy"]', '[[step]]\nkind = "p2m"\nname = "p2m"\n')
said = trees.refusal(UsageError, workload.load_all, folder)
assert "io.toml: drives floppy: allowed are" in said and "nvme" in said, said
EOF
}

@test "a job that is not there is refused, and its text is part of the workload" {
	py <<'EOF'
import os
from pathlib import Path
import trees, workloads
from harness import hashing, workload
from harness.errors import UsageError

step = '[[step]]\nkind = "fio"\nname = "f"\njob = "plain.fio"\n'
path = workloads.driving(Path(os.environ["TMP"]), '["nvme"]', step)
assert workload.load(path).sha != hashing.file(path)[: hashing.DIGITS]
path.write_text(path.read_text().replace("plain.fio", "../plain.fio"))
said = trees.refusal(UsageError, workload.load, path)
assert said == f"{path}: job ../plain.fio: allowed are plain.fio, verify.fio", said
EOF
}

@test "a guest that waits for the host sleeps as long as that takes, unless its devices settle" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

tmp = Path(os.environ["TMP"])
machine = qemu.Machine(2048, 1024, (), nics=(qemu.Nic("e1000"),), vcpus=2)
settle = tmp / "settle.so"
for waits, settle, how in (
    (True, None, "shift=0,sleep=on"),
    (False, None, "shift=0,sleep=off"),
    (True, settle, "shift=0,sleep=off"),
):
    target = boots.target(tmp, machine=machine, waits=waits, settle=settle)
    words = qemu.arguments(target, tmp / "initramfs", tmp)
    assert words[words.index("-icount") + 1] == how
    assert words[words.index("-smp") + 1] == "2"
    assert words[words.index("-netdev") + 1] == "user,id=net0"
    assert "e1000,netdev=net0" in words
    told = f"{settle},out={tmp / 'settle.json'}"
    assert ("-plugin" in words) == bool(settle) == (told in words), words
EOF
}
