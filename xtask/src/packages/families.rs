//! The package names and the package manager of each family of Linux distributions.

/// A family of Linux distributions.
pub struct Family {
    /// The program of the package manager. A system that has it belongs to this family.
    pub manager: &'static str,
    pub build: &'static [&'static str],
    pub backend: &'static [&'static str],
    pub test: &'static [&'static str],
    /// For `cargo xtask screens`, besides a browser.
    pub screens: &'static [&'static str],
    /// For `cargo xtask package --check`, which installs packages of Debian only.
    pub package_check: &'static [&'static str],
    /// Prints which packages are installed, for `missing`.
    pub query: &'static [&'static str],
    /// Updates the package lists. Needs root.
    pub update: &'static str,
    /// Installs the packages whose names follow. Needs root.
    pub install: &'static str,
    /// The folder of the package lists, if the manager does not fetch missing ones by itself.
    pub lists: Option<&'static str>,
    /// Texts in the output of the manager (in the C locale) that mean that another program holds its lock. Empty if
    /// the manager waits for the lock by itself.
    pub locked: &'static [&'static str],
}

/// The package of a browser for `cargo xtask screens`. It has the same name in all three families.
pub const BROWSER: &str = "chromium";

/// `DPkg::Lock::Timeout` only covers the lock of dpkg. The locks of the package lists and of the downloads fail at once,
/// so `locked` is needed too.
pub const DEBIAN: Family = Family {
    manager: "apt-get",
    build: &[
        "build-essential",
        "pkg-config",
        "libwebkit2gtk-4.1-dev",
        "libayatana-appindicator3-dev",
        "librsvg2-dev",
        "libxdo-dev",
        "libasound2-dev",
        "libdbus-1-dev",
    ],
    backend: &["pgtap", "postgresql"],
    test: &[
        "at-spi2-core",
        "dbus-x11",
        "dunst",
        "gir1.2-atspi-2.0",
        "gnome-keyring",
        "imagemagick",
        "libasound2-plugins",
        "openbox",
        "pulseaudio",
        "pulseaudio-utils",
        "python3-gi",
        "sqlite3",
        "strace",
        "webkit2gtk-driver",
        "xauth",
        "xdotool",
        "xvfb",
    ],
    screens: &["fonts-dejavu-core", "imagemagick"],
    package_check: &[
        "appstream",
        "debootstrap",
        "desktop-file-utils",
        "imagemagick",
        "lintian",
        "xdotool",
        "xvfb",
    ],
    query: &["dpkg-query", "--show", "--showformat=${binary:Package} ${db:Status-Status}\n"],
    update: "apt-get -o DPkg::Lock::Timeout=20 -o Acquire::Retries=3 update",
    install: "apt-get -o DPkg::Lock::Timeout=20 -o Acquire::Retries=3 install --yes --no-install-recommends",
    lists: Some("/var/lib/apt/lists"),
    locked: &[
        "Could not get lock",
        "Unable to lock directory",
        "Unable to acquire the dpkg frontend lock",
    ],
};

pub const FEDORA: Family = Family {
    manager: "dnf",
    build: &[
        "gcc",
        "gcc-c++",
        "make",
        "pkgconf-pkg-config",
        "webkit2gtk4.1-devel",
        "libayatana-appindicator-gtk3-devel",
        "librsvg2-devel",
        "libxdo-devel",
        "alsa-lib-devel",
        "dbus-devel",
    ],
    backend: &["pgtap", "postgresql-server"],
    test: &[
        "alsa-plugins-pulseaudio",
        "at-spi2-core",
        "dbus-x11",
        "dunst",
        "gnome-keyring",
        "ImageMagick",
        "openbox",
        "pulseaudio-utils",
        "python3-gobject",
        "sqlite",
        "strace",
        "webkit2gtk-driver",
        "xdotool",
        "xorg-x11-server-Xvfb",
    ],
    screens: &["dejavu-sans-fonts", "ImageMagick"],
    package_check: &["appstream", "desktop-file-utils"],
    query: &["rpm", "--query", "--queryformat=%{NAME} installed\n"],
    update: "dnf makecache",
    install: "dnf install --assumeyes",
    lists: None,
    locked: &[],
};

pub const ARCH: Family = Family {
    manager: "pacman",
    build: &[
        "base-devel",
        "webkit2gtk-4.1",
        "libayatana-appindicator",
        "librsvg",
        "xdotool",
        "alsa-lib",
        "dbus",
    ],
    // Arch has no package of pgTAP: the one test that needs it is skipped there, with a message.
    backend: &["postgresql"],
    test: &[
        "alsa-plugins",
        "at-spi2-core",
        "dunst",
        "gnome-keyring",
        "imagemagick",
        "openbox",
        "pulseaudio",
        "python-gobject",
        "sqlite",
        "strace",
        "xorg-server-xvfb",
    ],
    screens: &["imagemagick", "ttf-dejavu"],
    package_check: &["appstream", "desktop-file-utils"],
    query: &["pacman", "--query", "--quiet"],
    update: "pacman --sync --refresh",
    install: "pacman --sync --needed --noconfirm",
    lists: Some("/var/lib/pacman/sync"),
    locked: &["unable to lock database"],
};
