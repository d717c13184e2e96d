// The help pages of `offhook` and `offhook boot`, each with examples. The other commands keep theirs beside their code.
//
// Only what this release does is listed.

export const MAIN_HELP = `Boots an Avaya 9600-style SIP telephone without the telephone, and says why it stopped.
It contains no Avaya software and cannot run it; not affiliated with Avaya.

usage: offhook COMMAND [OPTIONS]

  boot     power a telephone on and follow it to the login prompt
  serve    serve a folder, or the demonstration's files, on this machine
  explain  what a settings file makes of a telephone, line by line
  lint     what is wrong with settings files, and what to type instead
  diff     where two runs part: the first differing request, header, parameter or state
  image    make, look into and verify application files
  bench    measure this machine against other programs
  power    lose power at every flash operation, in every way, and judge what became of the telephone

  --help      this page; offhook COMMAND --help explains a command
  --version

examples
  offhook boot                                        the demonstration
  offhook boot --server http://192.0.2.1/phones/      a real file server
  offhook explain 46xxsettings.txt --model 9630       what is in force, and which line set it
  offhook lint 46xxsettings.txt                       before a telephone reads it
  offhook image verify app.bin --trust key.pub.pem
`;

export const EXPLAIN_HELP = `Runs a settings file or an upgrade script through the telephone's own interpreter, and says what comes of it:
parameters with the line that set each, what was ignored and why, which application would be fetched.

usage: offhook explain FILE [OPTIONS]

  GET reads from FILE's folder, and from nowhere else.

  --model 9640              --mac 00:04:0d:12:34:56   --serial STRING   --group N   --sig N
  --bootname N --appname N  software already stored
  --option242 STRING        what DHCP says before the file is read; with or without FILE

  --why NAME                every statement on NAME, taken or skipped, and what decided
  --against OLD             effective differences to another version of the file
  --phones CSV              columns mac, model, group: one entry for each distinct result, and who has it
  --json                    one JSON object on stdout

exit: 0 the file was read, 2 usage

examples
  offhook explain 96xxupgrade.txt --model 9620 --bootname hb96xxua2_00.bin
  offhook explain 46xxsettings.txt --why L2QVLAN --group 7
  offhook explain 46xxsettings.txt --against yesterday/46xxsettings.txt
  offhook explain 46xxsettings.txt --phones site.csv --json
  offhook explain --option242 HTTPSRVR=192.0.2.1,L2QVLAN=70
`;

export const LINT_HELP = `Says what is wrong with settings files and upgrade scripts, line by line, and what to type instead.

usage: offhook lint FILE… [OPTIONS]

  --option242 STRING        judge the string of DHCP option 242 too; with or without FILE
  --fail-on LEVEL           exit 1 from this level on: error (default), warning or info
  --json                    {"findings":[{"file","line","severity","rule","message"}]}

exit: 0 nothing at or above the level, 1 findings, 2 usage

examples
  offhook lint 96xxupgrade.txt 46xxsettings.txt
  offhook lint 46xxsettings.txt --fail-on warning
  offhook lint --option242 "HTTPSRVR=192.0.2.1,L2Q=1" --json
`;

export const BOOT_HELP = `Powers a telephone on and follows it to the login prompt.
The last lines say where it stopped, why, and what to do.

usage: offhook boot [OPTIONS]

network, one of (default --lan demo)
  --lan NAME | FILE.json    emulated Ethernet with the built-in far end: switch, DHCP, router, file server; --lan list explains the
                            names: demo voice-vlan vlan-loop conflict bad-router no-dhcp lossy scep-pending
  --site DIR                with --lan: the folder that the file server serves
  --server URL              a real file server (http or https), through this machine's own sockets; DHCP is answered locally
  --wire udp:LPORT:HOST:RPORT   emulated Ethernet, one frame a UDP datagram (QEMU, GNS3, socat)
  --wire exec:COMMAND           frames on COMMAND's stdin and stdout, each after its length in two bytes, big endian

telephone
  --model 9640              means MODEL 9640D01A, MODEL4 9640; a full MODEL is taken as it is
  --mac 00:04:0d:12:34:56   --serial STRING   --group N
  --bootname N --appname N  software already stored; --appname as-asked: whatever the script names counts as stored
  --script NAME             the first file; default by model: 96xxupgrade.txt for the 96x0
  --set NAME=VALUE          a parameter, as if entered in the local procedures; repeatable
  --option242 STRING        what the DHCP server answers in option 242, such as HTTPSRVR=192.0.2.1,L2Q=1
  --user-agent STRING       $MODEL4 and $MACADDR are replaced
  --flash FILE              keeps the chip's contents in FILE from run to run; begun where there is none; FILE.secure has what
                            the secure element keeps
  --part W25Q128JV          the flash part
  --trust KEY.pem           a key that signs images; repeatable; default: the demonstration's key
  --extension N --password P    who logs in; --lan demo brings its own
  --ca FILE.pem             certificates that are trusted for HTTPS, as if TRUSTCERTS had stored them
  --date 2026-11-26         the telephone's date, which judges certificates; default 2007-12-01 with --lan, today with --server and --wire
  --ca-fingerprint HEX      the only CA whose certificates are taken: SHA-1 or SHA-256 of its certificate
  --unsigned                laboratory: images with a digest and no signature are accepted, and every report says so

time
  --fast | --speed N        --fast is virtual time, the default when stdout is no terminal; --speed 1 is real time
  --wait SECONDS            with --server: power on when the server accepts a connection
  --seed N                  every random choice; default 1
  --key WHEN:KEYS           press keys; WHEN is seconds, a state or a "text on the screen"; KEYS are softkeys by label,
                            0-9 * # Mute Up Down; repeatable
  --fault loss=5%           also duplicate=, reorder=, flip= (shares of the frames) and cut@STATE; repeatable; with --lan and --wire
  --fault power@OPERATION:MODEL:SEED   power is lost inside a flash operation and comes back; flash=KIND:SEED: the chip is wrong without
                            a word; with every network; offhook power finds such faults, docs/CLI.md lists models and kinds
  --until STATE             where to end: login, registered (default when it is known who logs in), another state, or none = at --timeout
  --timeout SECONDS         of the telephone's time; default 900
  --lenient                 what was asked for and failed is a warning, as long as the state was reached

checks
  --expect NAME=VALUE       a parameter's value at the end, or NAME~REGEX; also UPGRADESTAT and APPSTAT; repeatable
  --expect-get PATH[=STATUS]  a file that was fetched, or asked for and answered so; repeatable
  --expect-text TEXT        a text that was on the screen, or a part of one; repeatable
  --expect-file FILE.json   all of these, and the state and code of the verdict (JSON Schema: expect.schema.json); repeatable
  --strict-http             files only from HTTP/1.1 answers with Content-Length and Connection: close; what is refused is said

output
  --json                    every event as one JSON object a line on stdout
  --transcript FILE         what the screen showed and the flash felt, line by line; equal in two runs of a seed
  --scep-dump DIR           every message of a certificate request, in DER: what was asked, what the CA answered, the certificate
  --pcap FILE               every frame as pcapng, secrets and all; with --lan and --wire
  --junit FILE              a case for each state and each expectation, as JUnit's XML
  --show-secrets            values of secret parameters, else "***"

keys on a terminal: p Program, m Mute, 0-9 * #, arrows, F1 to F4 softkeys, x pulls the plug and puts it back, q quits

exit: 0 ok, 1 stopped, 2 usage, 3 ended in the local procedures, 4 got there and an expectation failed, 130 interrupted

examples
  offhook boot
  offhook boot --fast --json | jq -c 'select(.event == "http")'
  offhook boot --server http://192.0.2.1:8080/phones/ --model 9630 --trust key.pub.pem
  offhook boot --server http://192.0.2.1/ --bootname hb96xxua3_00.bin --appname as-asked --until login
  offhook boot --server http://192.0.2.1/ --appname as-asked --expect SIPDOMAIN=example.com --junit offhook.xml
  offhook boot --key 'file-server:Program' --until craft
  offhook boot --key file-server:Program --key '"Enter command":Mute 27238#' --key '"Admin Proc":Down Down Start 7 Save Exit'
`;
