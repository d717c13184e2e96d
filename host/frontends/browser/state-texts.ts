// What the telephone is doing in each state, in a sentence for somebody who sees it for the first time.

const DOING: Readonly<Record<string, string>> = {
  "off": "No power.",
  "power-up": "Power is on: the code that judges software proves itself on known answers.",
  "hardware": "The chip is looked at: which software may start?",
  "link": "Waiting for the link of the line port.",
  "dhcp": "Asking DHCP for an address, and option 242 for what else to know.",
  "conflict": "Asking by ARP whether somebody has this address already.",
  "router": "Asking by ARP whether the router is there.",
  "file-server": "Asking the file server for the upgrade script.",
  "script": "Carrying out the upgrade script and the settings file.",
  "download": "Fetching software; every byte is judged before any is stored.",
  "erase": "Erasing the slot that does not run. Pull the plug now, and see.",
  "write": "Writing the new software, page by page.",
  "restart": "Restarting with what was stored.",
  "call-server": "Asking the call server whether it is there.",
  "scep": "Asking the CA for a certificate of its own.",
  "login": "The telephone asks who logs in: 4001 and Login, then 246810 and Login.",
  "registered": "Registered at the call server: the start-up is done.",
  "craft": "In the local procedures: Mute, the code 27238 and # open them, the softkeys lead on.",
};

export function doingText(state: string): string {
  return DOING[state] ?? `In state ${state}.`;
}
