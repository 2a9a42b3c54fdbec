#!/bin/sh
# vm.sh clock:        trains in a small virtual machine whose clock jumps by
#                     years, forwards and backwards.
# vm.sh power [CUTS]: cuts the machine's power while checkpoints are written,
#                     and goes on, so many times.
# Both compare losses and parameters with a run that nothing happened to. Needs
# Debian's qemu-system-x86, busybox-static and e2fsprogs; no root, no KVM.
set -eu
mode=$1 cuts=${2:-12}
case $mode in clock | power) ;; *) echo "usage: $0 clock | power [CUTS]" >&2; exit 2 ;; esac
repo=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p initrd/bin initrd/modules initrd/dev initrd/proc initrd/sys initrd/disk initrd/tmp kernel
CGO_ENABLED=0 go build -C "$repo" -o "$work/initrd/bin/gradtwin" ./cmd/gradtwin
cp -r "$repo/testdata/tiny" initrd/tiny
cp "$(command -v busybox)" initrd/bin/busybox
apt-get download "$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-\)/\1/p')"
dpkg-deb -x linux-image-*.deb kernel
for m in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
	find kernel -name "$m.ko" -exec cp {} initrd/modules/ \;
done

cat >initrd/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
# Which module needs which depends on the kernel.
for pass in 1 2 3; do insmod /modules/virtio_ring.ko; for m in /modules/*.ko; do insmod "$m"; done; done 2>/dev/null
mount -t ext4 /dev/vda /disk || poweroff -f
train() { gradtwin train --data /tiny --layers 784,6,10 --yes --progress none "$@" >/tmp/out 2>&1 || tail -1 /tmp/out; }
same() { # all arrays but the times, and how many steps
	for f in $1 $2; do mkdir /tmp/$f; unzip -q -d /tmp/$f /disk/$f.npz; done
	n=0
	for a in W1 b1 W2 b2 loss; do cmp /tmp/$1/$a.npy /tmp/$2/$a.npy || n=$((n + 1)); done
	echo "RESULT: $n arrays differ after $(steps $1) steps"
}
steps() { strings /tmp/$1/loss.npy | sed -n 's/.*(\([0-9]*\),.*/\1/p' | head -1; }
case $(sed 's/.*mode=\([a-z]*\).*/\1/' /proc/cmdline) in
clock)
	train --backend numeric --steps 600 --checkpoint /disk/calm.npz --checkpoint-every 1s
	while :; do for y in 2040 1999 2030 1971; do date -s "$y-01-01 00:00:00" >>/tmp/jumps; sleep 0.7; done; done &
	train --backend numeric --steps 600 --checkpoint /disk/jumpy.npz --checkpoint-every 1s
	kill $!
	echo "RESULT: $(wc -l </tmp/jumps) jumps"
	same calm jumpy ;;
power)
	if [ -e /disk/cut.npz ]; then how=--resume; else how=--checkpoint; fi
	found=$(ls -A /disk | grep npz | tr '\n' ' ')
	touch /tmp/begun
	train --steps 1000000 $how /disk/cut.npz --checkpoint-every 1ms &
	until [ /disk/cut.npz -nt /tmp/begun ]; do sleep 0.1; done
	echo "RESULT: found $found"
	wait ;;
check)
	mkdir /tmp/cut; unzip -q -d /tmp/cut /disk/cut.npz
	train --steps $(steps cut) --checkpoint /disk/whole.npz
	rm -r /tmp/cut
	same cut whole ;;
esac
sync
poweroff -f
INIT
chmod +x initrd/init
(cd initrd && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >initrd.gz
truncate -s 256M disk.img
mkfs.ext4 -q disk.img

boot() {
	exec qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 768 -nographic -no-reboot \
		-kernel kernel/boot/vmlinuz-* -initrd initrd.gz -append "console=ttyS0 quiet no_timer_check panic=-1 mode=$1" \
		-drive file=disk.img,format=raw,if=virtio,cache=writethrough </dev/null
}
if [ "$mode" = clock ]; then
	(boot clock) | grep -a RESULT
else
	for cut in $(seq "$cuts"); do
		boot power >log &
		until grep -aqs RESULT log || ! kill -0 $!; do sleep 0.5; done
		sleep "$(($(date +%N | sed 's/^0*//') % 3)).$(date +%N)"
		kill -9 $!
		wait $! || true
		echo "cut $cut: $(grep -a RESULT log)"
	done
	(boot check) | grep -a RESULT
fi
