# Fehler des Kontos, seines Servers und des Schlüsselbunds. Das Projekt gehört dem Benutzer selbst, bei Supabase oder anderswo:
# Es hat eine URL, einen Publishable Key und einen Administrator. Der Server ist, was für das Projekt antwortet. Ein Grund
# ist technischer Text, meist auf Englisch.

server-project-url-invalid = Das ist keine gültige URL eines Projekts, daher wurde nichts gesendet. Sie sieht aus wie https://abcdefgh.supabase.co.
server-project-url-not-encrypted = Diese URL ist nicht verschlüsselt, daher wurde nichts gesendet. Verwende https://, oder http:// nur für einen Server auf diesem Computer.
server-project-key-invalid = Das ist kein gültiger Publishable Key, daher wurde nichts gesendet. Ein Key hat nur Buchstaben, Ziffern und die Zeichen . _ ~ + / = - und beginnt mit einem Buchstaben oder einer Ziffer. Kopiere ihn aus den Einstellungen des Projekts unter API Keys.
server-project-key-secret = Das ist der geheime Schlüssel des Projekts, der den Server nie verlassen darf. Er wurde nicht verwendet. Kopiere den Publishable Key aus den Einstellungen des Projekts unter API Keys.

server-auth-wrong-password = Die E-Mail-Adresse oder das Passwort ist falsch. Prüfe beides, und versuch es noch einmal.
server-auth-not-confirmed = Diese E-Mail-Adresse ist noch nicht bestätigt. Eine E-Mail wurde an sie gesendet: Wenn sie einen Code enthält, melde dich mit dem Code an. Wenn sie einen Link enthält, öffne ihn und melde dich dann an.
server-auth-blocked = Dieses Konto ist gesperrt. Alle Sitzungen auf diesem Gerät bleiben erhalten. Bitte den Administrator des Projekts, es zu entsperren.
server-auth-weak-password = Dieses Passwort ist dem Projekt zu schwach, daher wurde nichts geändert. Wähle ein längeres.
server-auth-address-taken = Zu dieser E-Mail-Adresse gibt es schon ein Konto. Melde dich stattdessen an.
server-auth-sign-up-closed = Das Projekt nimmt keine neuen Konten an. Frag seinen Administrator.
server-auth-address-invalid = Das ist keine gültige E-Mail-Adresse. Prüfe sie, und versuch es noch einmal.
server-auth-wrong-code = Dieser Code ist falsch oder abgelaufen. Fordere einen neuen an.
server-auth-too-many-attempts = Es waren zu viele Versuche. Warte ein paar Minuten, und versuch es noch einmal.
server-auth-wrong-key = Das Projekt nimmt diesen Publishable Key nicht an, daher wurde nichts geändert. Kopiere ihn noch einmal aus den Einstellungen des Projekts unter API Keys.
server-auth-not-supabase = Der Server unter dieser URL ist kein Supabase-Projekt, daher wurde nichts geändert. Prüfe die URL des Projekts.
server-auth-captive-portal = Dieses Netz verlangt zuerst eine eigene Anmeldung. Öffne eine beliebige Seite in einem Webbrowser, und versuch es dann noch einmal.
server-auth-unreachable = Der Server wurde nicht erreicht, daher wurde nichts geändert. Prüfe das Netz und die URL des Projekts.
server-auth-timed-out = Der Server hat nicht rechtzeitig geantwortet, daher ist nicht bekannt, ob er die Anfrage ausgeführt hat. Prüfe das Netz, und versuch es noch einmal.
server-auth-expired = Deine Anmeldung ist abgelaufen. Noch nicht hochgeladene Sitzungen bleiben erhalten. Melde dich noch einmal an.
server-auth-failed = Die Anfrage ist fehlgeschlagen. { $error } Versuch es später noch einmal.

server-not-signed-in = Du bist nicht angemeldet, daher wurde nichts geändert. Melde dich zuerst an.
server-sign-in-again = Der Server muss wissen, dass du es bist, daher wurde nichts geändert. Melde dich zuerst noch einmal an.
server-password-needed = Ein Konto wird mit einem Passwort angelegt. Wenn du stattdessen einen Code verwenden willst, fordere einen per E-Mail an und melde dich damit an: Auch das legt das Konto an.

server-unreachable = Der Server wurde nicht erreicht.
server-untrusted = Dem Zertifikat des Servers wird nicht vertraut, daher wurde nichts gesendet. { $cause }
server-certificate-issuer = Sein Aussteller ist diesem Computer unbekannt. Möglicherweise fängt etwas in diesem Netz die Verbindung ab.
server-certificate-name = Es gehört zu einer anderen Adresse. Prüfe das Netz und die URL des Projekts.
server-certificate-expired = Es ist abgelaufen. Prüfe Datum und Uhrzeit dieses Computers.
server-certificate-not-yet-valid = Es ist noch nicht gültig. Prüfe Datum und Uhrzeit dieses Computers.
server-certificate-no-issuers = Dieser Computer hat keine Liste vertrauenswürdiger Aussteller. Installiere sein Paket ca-certificates.
server-certificate-invalid = Es ist nicht gültig. Bitte den Administrator des Projekts, es zu erneuern.
server-timed-out = Der Server hat nicht rechtzeitig geantwortet.
server-invalid-response = Die Antwort kam nicht vom Server, oder sie ist unvollständig.
server-other-account = Ein anderes Konto ist angemeldet.
server-key-rejected = Das Projekt nimmt seinen Publishable Key nicht an.
server-status = Der Server hat mit dem Fehler { $status } geantwortet.
server-status-code = Der Server hat mit dem Fehler { $status } { $code } geantwortet.

server-synced-later = { $error } Alles bleibt erhalten und wird später abgeglichen.
server-sent-after-repair = { $error } Nichts wird hochgeladen, bis der Administrator des Projekts das behoben hat. Alles bleibt erhalten.
server-session-rejected = { $error } Er nimmt deine Anmeldung zurzeit nicht an, zum Beispiel weil seine Uhr nachgeht. Zafu versucht es weiter, und alles bleibt erhalten.
server-no-profile = Das Konto existiert, aber das Projekt hat kein Profil dafür: Der Trigger des Projekts für neue Konten fehlt, oder er fehlte, als das Konto angelegt wurde. Wie sein Administrator das behebt, steht in supabase/README.md unter „An account without a profile“. Bis dahin wird nichts hochgeladen, und alles bleibt erhalten.
server-limit-of-day = Der Server speichert heute keine weiteren Sitzungen dieses Kontos. Alles bleibt hier erhalten und wird morgen hochgeladen.
server-unhealthy = Der Server ist nicht so eingerichtet, wie Zafu es braucht: { $findings }. Nichts wird hochgeladen, bis der Administrator des Projekts das behoben hat. Alles bleibt erhalten.
server-too-old = Der Server braucht Zafu { $oldest } oder neuer. Aktualisiere Zafu. Bis dahin bleibt alles erhalten.

server-erase-unknown = { $error } Es ist nicht bekannt, ob die Sitzungen auf dem Server gelöscht wurden. Die auf diesem Gerät bleiben erhalten. Gleiche ab, und versuch es noch einmal.
server-erase-failed = { $error } Es wurde nichts gelöscht. Versuch es später noch einmal.
server-nothing-erased = Die Sitzungen dieses Kontos wurden nicht vom Server gelöscht, daher ist nichts zu entscheiden, und nichts wurde geändert.
server-owner-in-use = Das andere Konto wird vielleicht noch benutzt, daher wurde nichts verschoben. Bestätige, dass du seine Sitzungen verschieben willst.

server-keychain-unusable = Der Schlüsselbund des Systems kann nicht verwendet werden ({ $reason }). Alles bleibt erhalten. Starte oder entsperre den Schlüsselbund, und gleiche dann ab.
server-keychain-not-kept = Der Schlüsselbund des Systems kann nicht verwendet werden ({ $reason }), daher konnte die Anmeldung nicht gespeichert werden und wurde rückgängig gemacht. Starte oder entsperre den Schlüsselbund, oder melde dich in Zafus Fenster an.
server-keychain-damaged = sein Eintrag für dieses Konto ist beschädigt
server-keychain-ambiguous = er hat mehr als einen Eintrag für dieses Konto
