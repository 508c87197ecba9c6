#!/bin/sh
# customize-rootfs.sh ROOTFS STAND-IN-FOLDER: run by mmdebstrap as its last hook, with /dev, /proc and /sys in place.
# Adds the kernel, the YAML library, our own files and the initrd.
set -eu
rootfs=$1
here=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel and YAML::XS are unpacked instead of installed: the kernel package would build an initrd of its own, and
# YAML::XS would bring 50 MB of Perl although the Essential perl-base is all it uses.
fetch_packages() {
  export APT_CONFIG="${MMDEBSTRAP_APT_CONFIG:?}"
  kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$kernel" libyaml-libyaml-perl)
  unset APT_CONFIG
}

unpack_packages() {
  dpkg-deb -x "$work"/libyaml-libyaml-perl_*.deb "$work/perl"
  cp -a "$work/perl/usr/lib/." "$rootfs/usr/lib/"
  dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
  version=$(basename "$work"/kernel/lib/modules/*)
  cp -a "$work/kernel/lib/modules" "$rootfs/usr/lib/"
  cp "$work/kernel/boot/vmlinuz-$version" "$rootfs/boot/vmlinuz"
}

# Keeps the modules that match modules.txt and what they depend on.
prune_modules() {
  modules=$rootfs/usr/lib/modules/$version
  chroot "$rootfs" depmod "$version"
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$here/modules.txt" | while IFS= read -r pattern; do
    # shellcheck disable=SC2086 # patterns, to be expanded
    (cd "$modules/kernel" && find . -path "./$pattern" -printf 'kernel/%P\n')
  done | awk 'NR == FNR { wanted[$0] = 1; next }
    { name = $1; sub(/:$/, "", name); if (name in wanted) for (i = 2; i <= NF; i++) wanted[$i] = 1 }
    END { for (name in wanted) print name }' - "$modules/modules.dep" | sort >"$work/keep"
  (cd "$modules" && find kernel -name '*.ko' | sort | comm -23 - "$work/keep" | xargs rm -f)
  find "$modules/kernel" -type d -empty -delete
  chroot "$rootfs" depmod "$version"
}

add_own_files() {
  cp -r "$here/overlay/." "$rootfs/"
  chmod 0755 "$rootfs"/usr/lib/stand-in/config "$rootfs"/usr/lib/stand-in/install "$rootfs"/usr/lib/stand-in/live \
    "$rootfs"/usr/lib/stand-in/host "$rootfs"/usr/lib/stand-in/local-ui
  mkdir -p "$rootfs/system/oem" "$rootfs/oem" "$rootfs/usr/lib/stand-in/boot"
  : >"$rootfs/etc/machine-id"
  : >"$rootfs/etc/fstab"
  echo stand-in >"$rootfs/etc/hostname"
  echo '127.0.0.1 localhost' >"$rootfs/etc/hosts"
  ln -sf /run/resolv.conf "$rootfs/etc/resolv.conf"
  sed -i 's/^root:[^:]*:/root::/' "$rootfs/etc/shadow"
}

set_up_units() {
  chroot "$rootfs" systemctl --quiet enable systemd-networkd.service stand-in-install.service \
    stand-in-live.service stand-in-host.service
  chroot "$rootfs" systemctl --quiet set-default multi-user.target
  chroot "$rootfs" systemctl --quiet mask systemd-networkd-wait-online.service systemd-logind.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pstore.service e2scrub_reap.service e2scrub_all.timer \
    fstrim.timer systemd-random-seed.service systemd-machine-id-commit.service systemd-tmpfiles-clean.timer dracut-shutdown.service \
    modprobe@configfs.service modprobe@dm_mod.service modprobe@fuse.service modprobe@drm.service \
    dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
    sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount systemd-sysusers.service systemd-repart.service \
    systemd-firstboot.service systemd-journal-flush.service
  mkdir -p "$rootfs/etc/systemd/system-generators"
  ln -sf /dev/null "$rootfs/etc/systemd/system-generators/systemd-getty-generator"
  rm -f "$rootfs/etc/systemd/system/getty.target.wants/getty@tty1.service"
}

# One initrd for both: the live system over the network and the installed disk. network-legacy, because livenet does
# not fire under systemd-networkd; overlayfs by default, because this dracut does not mount a plain root otherwise.
build_initrd() {
  echo 'rd.live.overlay.overlayfs=1' >"$rootfs/tmp/live.conf"
  printf '%s\n' '[ ! -s /etc/resolv.conf ] || cp /etc/resolv.conf /run/resolv.conf' >"$rootfs/tmp/resolv.sh"
  chmod 0755 "$rootfs/tmp/resolv.sh"
  chroot "$rootfs" dracut --quiet --no-hostonly --no-hostonly-cmdline --force --kver "$version" \
    --add 'livenet dmsquash-live network-legacy' \
    --omit 'plymouth i18n systemd-networkd network-manager nfs bluetooth multipath lvm mdraid dmraid crypt btrfs iscsi nbd fcoe cifs resume nvdimm virtiofs lunmask kernel-modules-extra terminfo' \
    --add-drivers 'virtio_net virtio_blk virtio_pci virtio_scsi squashfs overlay loop ext4' \
    --include /tmp/live.conf /etc/cmdline.d/50-live.conf \
    --include /tmp/resolv.sh /var/lib/dracut/hooks/pre-pivot/60-resolv.sh \
    --compress 'zstd -T0 -12 -q' /boot/initrd
  rm "$rootfs/tmp/live.conf" "$rootfs/tmp/resolv.sh"
  chmod 0644 "$rootfs/boot/initrd"
}

fetch_packages
unpack_packages
prune_modules
add_own_files
set_up_units
build_initrd
