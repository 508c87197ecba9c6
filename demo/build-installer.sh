#!/bin/sh
# Builds the stand-in installer ISO from Debian packages; see README.md beside this file.
#
#   build-installer.sh [--output DIR]
#
# The ISO goes into the cache (EDGEBOOT_CACHE_DIR, else XDG_CACHE_HOME/edgeboot, else ~/.cache/edgeboot) under a key
# made of everything in this folder that goes into it, and is not built again while that stays the same. --output also
# puts a copy into DIR. The last line on standard output is the path of the ISO; everything else goes to standard error.
# Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something has to be done by hand first (it is printed).

# shellcheck disable=SC2317 # functions are run through step()
set -eu

NAME=stand-in-installer.iso
SUITE=bookworm
here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../tools/setup

note() { printf '%s\n' "$*" >&2; }
fail() {
  note "build-installer: $2"
  exit "$1"
}

output=
while [ $# -gt 0 ]; do
  case $1 in
    --output)
      [ $# -ge 2 ] || fail 2 '--output needs a folder'
      output=$2
      shift 2
      ;;
    -h | --help)
      sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *) fail 2 "unknown argument $1; usage: build-installer.sh [--output DIR]" ;;
  esac
done

cache=${EDGEBOOT_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/edgeboot}
key=$(cd "$here" && { find build-installer.sh stand-in -type f | LC_ALL=C sort | xargs sha256sum; echo "$SUITE"; } |
  sha256sum | cut -c 1-16)
folder=$cache/stand-in/$key
iso=$folder/$NAME

deliver() {
  if [ -n "$output" ]; then
    mkdir -p "$output"
    for file in "$NAME" "$NAME.sha256"; do
      cp --reflink=auto "$folder/$file" "$output/.$file.part"
      mv "$output/.$file.part" "$output/$file"
    done
    iso=$(cd "$output" && pwd)/$NAME
  fi
  printf '%s\n' "$iso"
  exit 0
}

[ ! -f "$iso" ] || deliver

for tool in mmdebstrap mksquashfs xorriso grub-mkimage mformat flock unshare; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
    fail 3 "$tool is missing; run: sh $(cd "$here/.." && pwd)/tools/setup.sh system"
done
[ "$(id -u)" = 0 ] || fail 3 "building needs root for a chroot; run: sudo EDGEBOOT_CACHE_DIR=$cache sh $here/build-installer.sh"

mkdir -p "$cache/stand-in"
exec 9>"$cache/stand-in/.lock"
flock -n 9 || {
  note 'Another build of the stand-in installer is running; waiting for it'
  flock -w 900 9 || fail 1 "waited 15 minutes for the other build ($cache/stand-in/.lock)"
}
[ ! -f "$iso" ] || deliver

# Left over from a build that was killed; the lock says that nobody uses them.
rm -rf --one-file-system "$cache"/stand-in/.build.*
work=$(mktemp -d "$cache/stand-in/.build.XXXXXX")
chmod 0755 "$work"
child=
cleanup() {
  # Killed, not asked: with it ends the process namespace that everything in the chroot runs in.
  [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf --one-file-system "$work" 2>/dev/null && break
    sleep 0.2
  done
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# step TEXT COMMAND...: runs it so that a signal to this script ends it at once; its output is shown when it fails.
step() {
  note "$1"
  shift
  "$@" >"$work/log" 2>&1 9>&- &
  child=$!
  wait "$child" || {
    cat "$work/log" >&2
    child=
    fail 1 'the step above failed'
  }
  child=
}

packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$here/stand-in/packages.txt" | tr -s ' \n' ',' | sed 's/,$//'; }

# In namespaces of its own: whatever runs in or is mounted for the chroot goes away with the process.
rootfs() {
  mirror=$(sh "$tools/debian-mirror.sh" || true)
  exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc mmdebstrap --quiet --mode=root --variant=essential --format=directory \
    --include="$(packages)" --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/i18n/*' --dpkgopt='path-exclude=/usr/share/zoneinfo/*' \
    --customize-hook="sh '$here/stand-in/customize-rootfs.sh' \"\$1\" '$here/stand-in'" \
    "$SUITE" "$work/rootfs" ${mirror:+"deb $mirror $SUITE main"}
}

# little_endian NUMBER BYTES: as printf escapes.
little_endian() {
  value=$1 escapes='' count=0
  while [ "$count" -lt "$2" ]; do
    escapes="$escapes\\$(printf '%03o' $((value % 256)))"
    value=$((value / 256)) count=$((count + 1))
  done
  printf '%s' "$escapes"
}

# patch FILE OFFSET NUMBER BYTES
patch() {
  # shellcheck disable=SC2059 # the escapes are the data
  printf "$(little_endian "$3" "$4")" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# The boot loader as three files that the installer only has to write out. The installer's partition table puts the
# BIOS boot partition at sector 2048; GRUB's boot sector and the first sector of its core image get that number here
# (GRUB manual, "Images": boot.img loads the first sector of core.img, that one the rest by a block list at 500).
bootloader() {
  boot=$work/rootfs/usr/lib/stand-in/boot
  modules='part_gpt ext2 search search_label configfile normal linux echo test'
  # shellcheck disable=SC2086 # a list of words
  grub-mkimage -O i386-pc -p /boot/grub -c "$here/stand-in/grub-disk.cfg" -o "$boot/core.img" biosdisk $modules
  size=$(stat -c %s "$boot/core.img")
  patch "$boot/core.img" 500 2049 8
  patch "$boot/core.img" 508 $(((size + 511) / 512 - 1)) 2
  dd if=/usr/lib/grub/i386-pc/boot.img of="$boot/head.img" bs=440 count=1 status=none
  patch "$boot/head.img" 92 2048 8
  # shellcheck disable=SC2086 # a list of words
  grub-mkimage -O x86_64-efi -p /boot/grub -c "$here/stand-in/grub-disk.cfg" -o "$work/BOOTX64.EFI" \
    fat all_video $modules
  esp "$boot/esp.img" "$work/BOOTX64.EFI" 16
  # The installer need not write the free space behind the last file.
  while [ "$(tail -c 65536 "$boot/esp.img" | tr -d '\0' | wc -c)" = 0 ]; do truncate -s -65536 "$boot/esp.img"; done
}

# What starts the ISO itself from a CD drive, BIOS and UEFI.
cd_loaders() {
  modules="$modules iso9660 part_msdos"
  # shellcheck disable=SC2086 # a list of words
  grub-mkimage -O i386-pc-eltorito -p /boot/grub2 -c "$here/stand-in/grub-cd.cfg" -o "$work/iso/boot/eltorito.img" \
    biosdisk $modules
  cp /usr/lib/grub/i386-pc/boot_hybrid.img "$work/iso/boot/boot_hybrid.img"
  # shellcheck disable=SC2086 # a list of words
  grub-mkimage -O x86_64-efi -p /boot/grub2 -c "$here/stand-in/grub-cd.cfg" -o "$work/iso/EFI/BOOT/BOOTX64.EFI" \
    fat all_video $modules
  esp "$work/iso/boot/uefi.img" "$work/iso/EFI/BOOT/BOOTX64.EFI" 4
}

# esp IMAGE LOADER MIB
esp() {
  mformat -C -i "$1" -T $(($3 * 2048)) -v COS_GRUB ::
  mmd -i "$1" ::/EFI ::/EFI/BOOT
  mcopy -i "$1" "$2" ::/EFI/BOOT/BOOTX64.EFI
}

squash() {
  cd "$work/rootfs"
  exec mksquashfs . "$work/iso/rootfs.squashfs" -comp zstd -Xcompression-level 12 -b 256K -noappend -no-progress -quiet \
    -wildcards -e 'var/lib/dpkg/*' 'var/lib/apt/*' 'var/cache/*' 'var/log/*' 'usr/lib/dracut/*' usr/bin/zstd \
    'usr/share/bash-completion/*' 'usr/lib/x86_64-linux-gnu/gconv/*' 'usr/lib/udev/hwdb*' 'tmp/*' 'run/*' 'dev/*' \
    'usr/share/perl/*' 'usr/lib/x86_64-linux-gnu/perl/*' 'usr/lib/x86_64-linux-gnu/libperl.so*' 'usr/bin/perl5*' \
    'usr/share/mime/*' 'usr/share/pkgconfig/*' 'usr/lib/valgrind/*'
}

layout() {
  mkdir -p "$work/iso/boot/grub2" "$work/iso/boot/grub" "$work/iso/EFI/BOOT" "$work/iso/files-iso"
  cp "$work/rootfs/boot/vmlinuz" "$work/iso/boot/kernel"
  cp "$work/rootfs/boot/initrd" "$work/iso/boot/initrd"
  cp "$here/stand-in/grub-iso.cfg" "$work/iso/boot/grub2/grub.cfg"
  cp "$here/stand-in/grub-iso.cfg" "$work/iso/boot/grub/grub.cfg"
  cp "$here/stand-in/built-in-user-data.yaml" "$work/iso/files-iso/config.yaml"
  bootloader
  cd_loaders
}

image() {
  exec xorriso -as mkisofs -quiet -r -J -V COS_LIVE -partition_offset 16 \
    -b boot/eltorito.img -c boot/boot.catalog -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
    --grub2-mbr "$work/iso/boot/boot_hybrid.img" -append_partition 2 0xef "$work/iso/boot/uefi.img" \
    -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
    -hide boot.catalog -hide-joliet boot.catalog -o "$work/$NAME" "$work/iso"
}

note 'Building the stand-in installer ISO (about a minute, once)'
step 'Debian packages and initrd' rootfs
step 'Boot loaders' layout
step 'Root file system' squash
step 'ISO' image
(cd "$work" && sha256sum "$NAME" >"$NAME.sha256")

mkdir -p "$work/done"
mv "$work/$NAME" "$work/$NAME.sha256" "$work/done/"
if [ -n "${SUDO_UID:-}" ]; then chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$cache/stand-in"; fi
chmod 0755 "$work/done"
rm -rf --one-file-system "$folder"
mv -T "$work/done" "$folder"
note "Built $iso ($(($(stat -c %s "$iso") / 1048576)) MiB)"
deliver
