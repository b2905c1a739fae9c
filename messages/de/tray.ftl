# Das Menü des Symbols in der Taskleiste und sein Hinweis. Alle Zeiten in ganzen Minuten.
tray-idle = Keine Sitzung läuft
tray-preparing = Vorbereitung
tray-left = Noch { $minutes } min
tray-sat = { $minutes } min
tray-paused-left = Pause, noch { $minutes } min
tray-paused-sat = Pause nach { $minutes } min
tray-overtime = Vollständig, { $minutes } min darüber hinaus
tray-start = Sitzung beginnen
tray-presets = Vorlage beginnen
tray-pause = Pause
tray-resume = Fortsetzen
tray-end = Beenden und behalten
tray-show = Zafu zeigen
tray-quit = Zafu beenden
