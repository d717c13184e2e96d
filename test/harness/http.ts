// Harness: core/http/response, core/wire/{dhcp,lldp,uri} with their functions exported, and a buffer for what goes in.

import "../../core/base/panic"; // Stands in for `abort`.
import { responseRangeEnd, responseRangeFirst, responseRangeTotal } from "../../core/http/response";

export {
  dhcpFind as dhcp_find, dhcpMessage as dhcp_message, dhcpRead as dhcp_read, dhcpValueBytes as dhcp_value_bytes,
  dhcpValuePtr as dhcp_value_ptr, dhcpWord as dhcp_word,
} from "../../core/wire/dhcp";
export {
  lldpBytes as lldp_bytes, lldpNext as lldp_next, lldpOrganisation as lldp_organisation, lldpPtr as lldp_ptr, lldpRead as lldp_read,
  lldpType as lldp_type,
} from "../../core/wire/lldp";
export {
  responseDone as response_done, responseEnd as response_end, responseEtagBytes as response_etag_bytes,
  responseEtagPtr as response_etag_ptr, responseHasHead as response_has_head, responseInit as response_init,
  responseLocationBytes as response_location_bytes, responseLocationPtr as response_location_ptr, responsePush as response_push,
  responseSpan as response_span, responseStatus as response_status, responseTake as response_take, responseWhy as response_why,
} from "../../core/http/response";
export {
  uriHostBytes as uri_host_bytes, uriHostPtr as uri_host_ptr, uriIsSecure as uri_is_secure, uriPathBytes as uri_path_bytes,
  uriPathPtr as uri_path_ptr, uriPort as uri_port, uriRead as uri_read,
} from "../../core/wire/uri";

/** 64-bit results, which a test sees as 32 bits: its files are small. */
export function response_range_first(): i32 {
  return <i32>responseRangeFirst();
}

export function response_range_end(): i32 {
  return <i32>responseRangeEnd();
}

export function response_range_total(): i32 {
  return <i32>responseRangeTotal();
}

const INPUT = memory.data(0x20000, 8);

export function input_ptr(): usize {
  return INPUT;
}
