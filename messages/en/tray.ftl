# The menu of the icon in the system tray, and its tooltip. Every time is in whole minutes.
tray-idle = No sit is running
tray-preparing = Preparation
tray-left = { $minutes } min left
tray-sat = { $minutes } min
tray-paused-left = Paused, { $minutes } min left
tray-paused-sat = Paused after { $minutes } min
tray-overtime = Complete, { $minutes } min of overtime
tray-start = Start a sit
tray-presets = Start a preset
tray-pause = Pause
tray-resume = Resume
tray-end = End and keep
tray-show = Show Zafu
tray-quit = Quit Zafu
