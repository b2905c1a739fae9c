settings-title = Settings

## Appearance

settings-appearance = Appearance
settings-theme = Theme
settings-theme-system = System
settings-theme-light = Light
settings-theme-dark = Dark
settings-language = Language
settings-language-system = System
# What the timer shows during a sit
settings-time = Time during a sit
settings-time-hidden = Hidden
settings-time-minutes = Minutes
settings-time-seconds = Seconds
# Followed by a length: 4 s
settings-fade = Fade controls after
settings-fade-never = Never
settings-dim = Then turn black
settings-dim-hint = The whole window, until you move or press a key

## The sit that is offered first

settings-sit = My usual sit

## Sound

settings-sound = Sound
settings-volume = Bell volume
settings-volume-preview = Preview

## This computer

settings-computer = This computer
settings-notify = Notify me at the end of a sit
settings-keep-awake = Keep the computer awake during a sit
settings-keep-screen-on = Keep the screen on during a sit
settings-close = Closing the window
settings-close-quit = Quits Zafu
settings-close-tray = Keeps Zafu in the tray
settings-close-hint = Closing the window never ends a sit.
## Days

settings-days = Days
# Followed by an hour: 04:00
settings-day = A day begins at
settings-day-hint = Earlier sits count toward the day before.
settings-streak = Count days in a row
settings-streak-hint = In the overview
settings-today = Show today’s sits before a sit

## Account

settings-account-none = No account. Your sits stay on this computer.
settings-account-open = Account…
settings-account-sign-in = Sign in…

## Presets

settings-presets = Presets
settings-preset-delete = Delete preset { $name }
settings-preset-none = None yet. Change a sit and save it as a preset.
