// What each parameter is about: the groups in which an administrator reads them.

export const SUBJECTS: readonly (readonly [subject: string, names: string])[] = [
  ["software", "APPNAME BOOTNAME SIG BLOCKHASH"],
  ["file server", "HTTPSRVR HTTPDIR HTTPPORT TLSSRVR TLSDIR TLSPORT TLSSRVRID TRUSTCERTS AUTH"],
  ["network",
    "IPADD NETMASK ROUTER USE_DHCP DHCPSTD REUSETIME SSON DNSSRVR DOMAIN SNTPSRVR LOGSRVR MTU_SIZE ICMPDU ICMPRED PHY1STAT PHY2STAT"],
  ["VLAN and priority", "L2Q L2QVLAN VLANTEST VLANSEP PHY2VLAN PHY2PRIO L2QAUD L2QSIG DSCPAUD DSCPSIG LLDP_ENABLED"],
  ["802.1X", "DOT1X DOT1XSTAT DOT1XEAPS"],
  ["SIP",
    "SIPDOMAIN SIPPROXYSRVR SIP_CONTROLLER_LIST SIPREGISTRAR SIPSIGNAL SIPPORT SIP_PORT_SECURE REGISTERWAIT CONFIG_SERVER " +
    "ENABLE_AVAYA_ENVIRONMENT"],
  ["certificate", "MYCERTURL MYCERTCN MYCERTDN MYCERTCAID MYCERTKEYLEN MYCERTRENEW MYCERTWAIT HTTPPROXY HTTPEXCEPTIONDOMAINS"],
  ["local procedures", "PROCSTAT PROCPSWD GROUP"],
];

/** The subject of a parameter; every parameter of the telephone has one. */
export function subjectOf(name: string): string {
  return SUBJECTS.find(([, names]) => names.split(" ").includes(name))?.[0] ?? "other";
}
