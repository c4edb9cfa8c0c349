// A client secret that looks different once it is form-encoded, as RFC 6749 2.3.1 wants it in a Basic header; all of it is VSCHAR (appendix A.2).
export const kOddSecret = 'odd +/=%3A&:client secret';
