done = dofile((debug.getinfo(1, 'S').source:sub(2):gsub('[^/]*$', '')) .. 'summary.lua')
