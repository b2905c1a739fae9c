## The page of the partner

together-title = Partner
together-open = Öffnen
together-intro = Zwei Menschen können zusammen ein Wochenziel halten. Jeder sitzt, wann er mag; beide sehen einen Lotus, der sich öffnet.
together-needs-account = Um jemanden einzuladen, brauchst du ein Konto: Ihr benutzt beide dasselbe Projekt.
together-as-of = Stand: { $when }
together-never = Noch nichts vom Projekt gelesen.
together-waits = Wartet auf das Netz
together-waits-sign-in = Wartet, bis du dich anmeldest
together-signed-out = Du bist abgemeldet. Um dich zu verneigen, zu wählen, was dein Partner sieht, oder die Partnerschaft zu beenden, melde dich wieder an.
together-profile-there = Dein Name, dein Bild und dein Ziel stehen auf der Seite des Kontos.
together-profile-open = Profil und Ziel

## Inviting

together-invite-title = Jemanden einladen
together-invite-text = Eine Einladung gilt für einen Menschen und kann sieben Tage lang angenommen werden. Sie enthält ein Geheimnis: Wer sie hat, kann sie annehmen.
together-invite-expired = Deine letzte Einladung ist abgelaufen.
together-invite-nameless = Du hast noch keinen Namen; die Einladung sagt deshalb nicht, wer du bist.
together-invite-name = Namen eingeben
together-invite = Einladung erstellen
together-invite-show = Einladung zeigen
together-invite-send = Schicke diesen Text dem Menschen, mit dem du sitzen willst, wie du magst. Er kann bis { $when } angenommen werden.
together-invite-invitation = Deine Einladung
together-invite-copy = Text kopieren
together-invite-copy-link = Nur den Link kopieren
together-invite-copied = Der Text ist kopiert.
together-invite-copied-link = Der Link ist kopiert.
together-invite-selected = Der Text ist markiert. Kopiere ihn mit Strg+C oder ⌘C.
together-invite-open = Deine Einladung kann bis { $when } angenommen werden.
together-invite-elsewhere = Du hast auf einem anderen Gerät eine Einladung erstellt. Sie kann bis { $when } angenommen werden. Eine neue ersetzt sie.
together-withdraw = Zurückziehen

## Joining

together-join-title = Einladung annehmen
together-join-text = Füge den Text oder den Link ein, den du bekommen hast. Du nimmst erst an, wenn du gesehen hast, wer dich einlädt.
together-join-asks = Wenn du sie ansiehst, fragt Zafu den Server { $host }, wer dich einlädt.
together-join-invitation = Einladung
together-join-look = Ansehen
together-join-who = { $name } lädt dich zu einer gemeinsamen Woche ein
together-join-unnamed = Jemand ohne Namen lädt dich zu einer gemeinsamen Woche ein
together-join-unknown = Du bist zu einer gemeinsamen Woche eingeladen
together-join-host = Das Projekt ist { $host }. Sein Administrator kann lesen, was dort gespeichert ist.
together-join-until = Die Einladung kann bis { $when } angenommen werden.
together-join-texts = Deine Notizen und Arten
together-join-texts-keep = Bleiben, wo du sie schreibst
together-join-texts-send = Gehen ins Projekt
together-join-texts-hint = Wenn sie bleiben, bleibt jede auf dem Gerät, auf dem du sie schreibst. Auch deine anderen Geräte bekommen sie nicht.
together-join-accept = Annehmen
together-join-sign-in = Anmelden oder Konto erstellen …
together-join-sign-in-hint = Du brauchst ein Konto im Projekt { $host }. Nimm ein neues Passwort, denn dieses Projekt verwaltet jemand anderes. Nach dem Anmelden wirst du noch einmal gefragt, ob du annimmst.
together-join-other-project = Diese Einladung gilt für ein Konto bei { $host }, und deins gehört zu einem anderen Projekt. Um anzunehmen, melde dich auf der Seite des Kontos ab und sieh dir die Einladung dann noch einmal an: Sie führt dich zur Anmeldung dort. Deine Sitzungen bleiben auf diesem Computer.
together-join-has-partner = Du hast eine Einladung geöffnet, bist aber schon in einer Partnerschaft. Um sie anzunehmen, beende erst die Partnerschaft.
together-join-cancel = Jetzt nicht

## A partnership

together-week = Diese Woche
together-count = { $sits } von { $goal }
together-resting = Eine Woche der Ruhe, ohne Ziel
together-days-left =
    { $count ->
        [one] noch ein Tag
       *[other] noch { $count } Tage
    }
together-hours-left =
    { $count ->
        [one] noch eine Stunde
       *[other] noch { $count } Stunden
    }
# $left: 3 days left
together-left-kept = { $left }; die Woche ist gehalten
together-described = { $sits } von { $goal } Sitzungen diese Woche; du { $mine }, { $name } { $partners }; { $left }
together-described-resting = Eine Woche der Ruhe, ohne Ziel; du { $mine }, { $name } { $partners }; { $left }
together-you = Du
together-partner-unnamed = Dein Partner
together-unnamed = Kein Name
together-share = { $sits } von { $target }
together-share-later =
    { $target ->
        [0] { $sits }; ab nächster Woche Ruhe
       *[other] { $sits }; ab nächster Woche Ziel { $target }
    }
together-share-resting =
    { $count ->
        [one] { $count } Sitzung, Ruhewoche
       *[other] { $count } Sitzungen, Ruhewoche
    }
together-kept = { $kept } von { $weeks } Wochen gehalten
together-weeks = Vergangene Wochen
together-weeks-all = Alle { $count } Wochen zeigen
together-week-kept = { $sits } von { $goal } Sitzungen, gehalten
together-week-open = { $sits } von { $goal } Sitzungen
together-week-resting =
    { $count ->
        [one] { $count } Sitzung in einer Woche der Ruhe
       *[other] { $count } Sitzungen in einer Woche der Ruhe
    }
together-bow = Vor { $name } verneigen
together-bow-waits = Deine Verneigung vor { $name } wartet auf das Netz.
together-bow-waits-sign-in = Deine Verneigung vor { $name } wartet, bis du dich anmeldest.
together-bow-later = Du kannst dich nach der nächsten Sitzung von { $name } verneigen.
together-sat-title = Zusammen gesessen
together-sat = { $length } am { $weekday }, { $day }

## The week in one line, on the page on which a sit is prepared and on the page after it

together-line-mine = { $sits } von { $goal } diese Woche
together-line-ours = Zusammen { $sits } von { $goal } diese Woche

## Privacy

together-privacy-title = Was dein Partner sieht
together-privacy-counts = Zahl der Sitzungen
together-privacy-times = Auch die Zeiten
together-privacy-text = Nie Notizen, Arten, deine E-Mail-Adresse oder deine Geräte.
together-shown-counts = { $name } sieht deinen Namen, dein Bild, dein Ziel und die Zahl deiner Sitzungen in jeder gemeinsamen Woche.
together-shown-times = { $name } sieht deinen Namen, dein Bild, dein Ziel, die Zahl deiner Sitzungen in jeder gemeinsamen Woche und, wenn ihr beide das wählt, die Zeiten, in denen ihr beide gesessen habt. Um sie zu finden, bekommt das Gerät von { $name } die Zeiten all deiner Sitzungen der letzten 28 Tage.
together-see = Was das Gerät meines Partners bekommt
together-see-no-times = Die Zeiten deiner Sitzungen werden nicht gezeigt.
together-see-none = Keine Sitzungen in den letzten 28 Tagen
together-leave-title = Die Partnerschaft beenden
together-leave = Beenden …
together-leave-text = Deine Sitzungen bleiben deine, und gehaltene Wochen bleiben gehalten. Danach könnt ihr beide einen anderen Partner haben.
together-leave-ask = Die Partnerschaft mit { $name } beenden?
together-leave-confirm = Beenden
together-leave-cancel = Nicht beenden
together-leave-waits = Du hast die Partnerschaft beendet. Dein Partner erfährt es, sobald das Netz da ist.
together-leave-waits-sign-in = Du hast die Partnerschaft beendet. Dein Partner erfährt es, sobald du dich wieder anmeldest.
together-former-title = Frühere Partnerschaften
together-former = { $from } bis { $to }: { $kept } von { $weeks } Wochen gehalten

## News, on the page of the partner

together-news-title = Neuigkeiten
together-news-joined = Dein Partner hat deine Einladung angenommen.
together-news-bow = Dein Partner hat sich vor dir verneigt.
# $start: the first day of the week
together-news-kept = Ihr habt die Woche ab { $start } gehalten.
together-news-kept-some = Ihr habt eine Woche gehalten.
together-news-left = Dein Partner hat die Partnerschaft beendet.

## Profile and target, on the account page

together-profile-title = Profil
together-profile-text = Wer eine Einladung von dir hat, sieht deinen Namen und dein Bild. Ein Partner sieht auch dein Ziel.
together-profile-name = Name
together-profile-picture = Bild
together-profile-initial = Anfangsbuchstabe
together-target = Sitzungen pro Woche
together-target-text = In einer gemeinsamen Woche gilt eine Änderung ab der nächsten. 0 heißt: Du ruhst.
together-target-invalid = Gib eine ganze Zahl von 0 bis { $most } ein.
together-image-lotus = Lotus
together-image-bowl = Klangschale
together-image-stone = Steine
together-image-leaf = Blatt
together-image-wave = Welle
together-image-moon = Mond
together-image-mountain = Berg
together-image-bird = Vogel

## In the settings

together-settings = Woche
together-settings-lotus = Der Lotus zeigt
together-settings-sit = Die Sitzung
together-settings-mine = Meine Woche
together-settings-ours = Unsere Woche
together-settings-hint = Ohne Partner zeigt unsere Woche die Sitzung.
together-settings-notify = Neues von meinem Partner melden
together-settings-notify-hint = Beitritt, Verneigung, Abschied, und wenn eine Woche gehalten ist
